/**
 * The line (1-based) on which a YAML template declares a resource, or undefined when it does not. It goes by
 * the layout that our templates have: resources are the keys two spaces in, below `Resources:`.
 */
export function resourceLine(template: string, logicalId: string): number | undefined {
  const lines = template.split('\n');
  const resources = lines.findIndex((line) => /^Resources:\s*$/.test(line));
  if (resources === -1) return undefined;
  const declared = lines.findIndex(
    (line, index) => index > resources && line.trimEnd() === `  ${logicalId}:`,
  );
  return declared === -1 ? undefined : declared + 1;
}
