import type { Progress } from '../progress.ts';
import { exists, forgetOld, makeOnce } from './make-once.ts';

export interface Making {
  /** What a person sees while it is made. Nothing is shown when it is there already. */
  readonly step: string;
  readonly progress: Progress;
  /** How many versions to keep, this one included. */
  readonly keep: number;
  /** Makes it at the temporary path. */
  readonly build: (temporary: string, note: (text: string) => void) => Promise<void>;
}

/** Makes `target`, a path named after its content, unless it exists. Resolves with the path. */
export async function provide(target: string, making: Making): Promise<string> {
  if (!(await exists(target))) {
    await making.progress.step(making.step, (note) =>
      makeOnce(target, note, (temporary) => making.build(temporary, note)),
    );
  }
  await forgetOld(target, making.keep);
  return target;
}
