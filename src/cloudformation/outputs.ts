/** The ids in an output that is a list; none when the stack lacks the output. */
export function idsOf(outputs: Readonly<Record<string, string>>, name: string): readonly string[] {
  return (outputs[name] ?? '').split(',').filter((id) => id !== '');
}
