import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ComparedReport } from '../connectivity/report/compare-reports.ts';
import { InputError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

const placeSchema = z.object({ pod: z.string(), interface: z.string() });

/** As much of `report.json` as a comparison needs. Later versions of the report have more, and other names of checks. */
const reportSchema: z.ZodType<ComparedReport> = z.object({
  startedAt: z.iso.datetime(),
  checks: z.array(
    z.object({
      check: z.string(),
      subject: z.string(),
      outcome: z.enum(['passed', 'failed', 'skipped']),
      detail: z.string(),
    }),
  ),
  matrix: z.array(
    z.object({
      source: placeSchema,
      target: placeSchema,
      seen: z.enum(['answer', 'silence', 'not-probed']),
    }),
  ),
});

/**
 * Reads the report that the input `compare-with` names. Undefined when there is no such file, as before the first run.
 *
 * @throws InputError when the file is no report.
 */
export async function readEarlierReport(
  path: string | undefined,
  log: Log,
): Promise<ComparedReport | undefined> {
  if (path === undefined) return undefined;
  try {
    return reportSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      log.info(`There is no earlier report at ${path}, so nothing is compared`);
      return undefined;
    }
    const allowed = 'the path of a report.json that verify wrote, or of no file';
    const reason = messageOf(error).split('\n', 1)[0] ?? '';
    throw new InputError([
      { input: 'compare-with', value: path, allowed: `${allowed} (${reason})` },
    ]);
  }
}
