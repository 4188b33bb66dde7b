import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';

/** Runs once before the tests of a project, so that a first long build happens in the open and not inside a test. */
export async function setup(): Promise<void> {
  await ensureTools(['lint', 'moto', 'control-plane', 'cni', 'browser'], consoleProgress());
}
