/** The ids in an output of a stack that lists some. */
export function idsOf(outputs: Readonly<Record<string, string>>, name: string): readonly string[] {
  return (outputs[name] ?? '').split(',');
}
