/** A page with other lines between two comments, `<!-- marker -->` and `<!-- /marker -->`. */
export function replaceBetween(readme: string, marker: string, lines: readonly string[]): string {
  const pattern = new RegExp(`(<!-- ${marker} -->\n)[\\s\\S]*?(<!-- /${marker} -->)`);
  if (!pattern.test(readme))
    throw new Error(`no <!-- ${marker} --> … <!-- /${marker} --> in the page`);
  return readme.replace(
    pattern,
    (_, open: string, close: string) => `${open}${lines.join('\n')}\n${close}`,
  );
}

/** A line of a table. */
export function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|').replaceAll(/\n+/g, '<br>')).join(' | ')} |`;
}

/** A default in a table; empty for none. */
export function code(value: string | undefined): string {
  if (value === undefined || value === '') return '';
  return `<code>${value.trim().replaceAll('\n', '<br>')}</code>`;
}
