import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { now } from './api/resources.ts';
import type { Artifact, RepositoryState } from './api/state.ts';

/**
 * Offers what a run has uploaded for download. On GitHub it is there as soon as it is uploaded, here when the run is over.
 *
 * @param folder has a folder for each artifact
 */
export function keepArtifacts(
  state: RepositoryState,
  folder: string,
  run: Pick<Artifact, 'branch' | 'ofFork'>,
): void {
  if (!existsSync(folder)) return;
  const runId = state.nextId();
  for (const name of readdirSync(folder)) {
    const id = state.nextId();
    const zip = zipSync(filesIn(join(folder, name)));
    state.artifacts.set(id, { id, name, runId, createdAt: now(), expired: false, zip, ...run });
  }
}

function filesIn(folder: string): Record<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ name, parentPath }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), new Uint8Array(readFileSync(path))];
    }),
  );
}
