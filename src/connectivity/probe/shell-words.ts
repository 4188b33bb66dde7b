/** A word for the shell. Interface names and addresses come from an annotation, so the shell must not interpret them. */
export function quote(text: string): string {
  return /^[\w.:@%/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
