import { strFromU8, unzipSync } from 'fflate';
import { explained, ignoring, type RepositoryClient } from './repository-client.ts';

const PAGE = 100;
/** So many pages are 1,000 artifacts of one name. GitHub deletes artifacts after 90 days, or sooner. */
const MOST_PAGES = 10;
const PERMISSION = 'actions: read';

/** A file of an artifact that an earlier run has kept. */
export interface KeptFile {
  /** The name of the artifact. */
  readonly artifact: string;
  readonly file: string;
  /** The branch of the runs that count. */
  readonly branch: string;
  /** Larger files, and larger artifacts, do not count. */
  readonly mostBytes: number;
}

/**
 * Reads a file of the newest artifact of a name. Every run of the repository may upload an artifact of any name, also that of
 * a fork's pull request, so only runs of the branch in the repository itself count.
 *
 * @returns undefined when there is none.
 * @throws GithubError when the job may not read artifacts.
 */
export async function readKeptFile(
  client: RepositoryClient,
  wanted: KeptFile,
): Promise<string | undefined> {
  const { owner, repo, rest } = client;
  const newest = (await listArtifacts(client, wanted)).toSorted(byAge).at(-1);
  if (newest === undefined) return undefined;
  const request = { owner, repo, artifact_id: newest.id, archive_format: 'zip' };
  const resource = `artifact ${wanted.artifact}`;
  // Gone: it has expired meanwhile.
  const answer = ignoring([404, 410], rest.actions.downloadArtifact(request));
  const downloaded = await explained(resource, PERMISSION, answer);
  if (!(downloaded?.data instanceof ArrayBuffer)) return undefined;
  return fileIn(new Uint8Array(downloaded.data), wanted);
}

interface Artifact {
  readonly id: number;
  /** An ISO 8601 time, or the empty string. */
  readonly createdAt: string;
}

function byAge(one: Artifact, other: Artifact): number {
  return Date.parse(one.createdAt) - Date.parse(other.createdAt) || one.id - other.id;
}

/** GitHub does not document the order of its list. */
async function listArtifacts(
  { owner, repo, rest }: RepositoryClient,
  { artifact: name, branch, mostBytes }: KeptFile,
): Promise<readonly Artifact[]> {
  const found: Artifact[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const request = { owner, repo, name, per_page: PAGE, page };
    const listed = rest.actions.listArtifactsForRepo(request);
    const { data } = await explained('artifacts', PERMISSION, listed);
    const usable = data.artifacts.filter(
      ({ expired, size_in_bytes: size, workflow_run: run }) =>
        !expired &&
        size <= mostBytes &&
        run?.head_branch === branch &&
        run.head_repository_id === run.repository_id,
    );
    found.push(...usable.map(({ created_at: at, id }) => ({ id, createdAt: at ?? '' })));
    if (data.artifacts.length < PAGE) break;
  }
  return found;
}

function fileIn(zip: Uint8Array, { file, mostBytes }: KeptFile): string | undefined {
  try {
    const filter = ({ name, originalSize }: { name: string; originalSize: number }) =>
      name === file && originalSize <= mostBytes;
    const content = unzipSync(zip, { filter })[file];
    return content === undefined ? undefined : strFromU8(content);
  } catch {
    return undefined;
  }
}
