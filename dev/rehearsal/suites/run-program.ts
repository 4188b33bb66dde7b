import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type ProcessOptions, ProgramError, run } from '../../tools/process.ts';
import { LOG_FOLDER } from '../run-folder.ts';

/** How a program ended, and what it printed on both of its streams. */
export interface ProgramRun {
  readonly succeeded: boolean;
  readonly lines: readonly string[];
}

/** Runs a program that may fail, and keeps its output in a log. Throws when it cannot be started or a signal ends it. */
export async function runProgram(
  log: string,
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProgramRun> {
  const lines: string[] = [];
  const file = createWriteStream(join(LOG_FOLDER, `${log}.log`));
  const onLine = (line: string) => {
    lines.push(line);
    file.write(`${line}\n`);
  };
  try {
    await run(command, args, { ...options, onLine });
    return { succeeded: true, lines };
  } catch (error) {
    if (!(error instanceof ProgramError) || error.signal !== null) throw error;
    return { succeeded: false, lines };
  } finally {
    file.end();
  }
}
