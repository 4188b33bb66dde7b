import * as core from '@actions/core';

/** Adds Markdown to the job's summary page. Does nothing where the runner offers no summary. */
export async function addSummary(markdown: string): Promise<void> {
  if (process.env['GITHUB_STEP_SUMMARY'] === undefined) return;
  await core.summary.addRaw(markdown, true).write();
}

/** A Markdown table; cells are escaped so that a value cannot break the table. */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** What could be read as HTML is text: an error of Go may end in `<nil>`. */
function cell(value: string | number): string {
  return String(value)
    .replace(/[\\|<]/g, '\\$&')
    .replace(/\r\n?|\n/g, '<br>');
}
