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

export interface DeclaredResource {
  readonly logicalId: string;
  readonly type: string;
  /** The condition on which it exists. */
  readonly condition: string | undefined;
}

/** The resources that a YAML template declares, in its order; by the same layout. */
export function declaredResources(template: string): readonly DeclaredResource[] {
  const [, section = ''] = template.split(/^Resources:\s*$/m);
  const [resources = ''] = section.split(/^(?=\w)/m);
  return resources.split(/^(?= {2}\w+:\s*$)/m).flatMap((block) => {
    const logicalId = /^ {2}(\w+):/.exec(block)?.[1];
    const type = /^ {4}Type: (\S+)/m.exec(block)?.[1];
    if (logicalId === undefined || type === undefined) return [];
    return [{ logicalId, type, condition: /^ {4}Condition: (\w+)/m.exec(block)?.[1] }];
  });
}
