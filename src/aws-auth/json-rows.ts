/** True for a list in JSON that has items, as the AWS CDK and `jsonencode` of Terraform write it. Pure. */
export function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.length > 0;
  } catch {
    return false;
  }
}

/** Adds items at the end of a list in JSON, whose text stays as it is. Other programs read it as JSON, too. Pure. */
export function addToJson(text: string, items: readonly unknown[]): string {
  const end = text.slice(0, text.lastIndexOf(']')).trimEnd().length;
  const indent = indentOf(text);
  const added = items.map((item) =>
    indent === undefined
      ? JSON.stringify(item)
      : `\n${indent}${JSON.stringify(item, null, indent).replaceAll('\n', `\n${indent}`)}`,
  );
  return `${text.slice(0, end)},${added.join(',')}${text.slice(end)}`;
}

/** A list in JSON without the items at some places, in the same style. Pure. */
export function withoutItems(text: string, places: ReadonlySet<number>): string {
  const items: readonly unknown[] = JSON.parse(text);
  const kept = items.filter((_, index) => !places.has(index));
  const after = /\s*$/.exec(text)?.[0] ?? '';
  return `${JSON.stringify(kept, null, indentOf(text))}${after}`;
}

/** The white space before the first item of a list that has a line for each; undefined when the list is one line. */
function indentOf(text: string): string | undefined {
  const indent = /^\s*\[\s*?\n([ \t]*)\S/.exec(text)?.[1];
  return indent === '' ? '  ' : indent;
}
