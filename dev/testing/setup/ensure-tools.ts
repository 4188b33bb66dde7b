import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';

/** Runs once before the tests of a project, so that the first, long build of the tools is visible and not part of a test. */
export async function setup(): Promise<void> {
  await ensureTools(['lint', 'moto', 'control-plane', 'cni', 'browser'], consoleProgress());
}
