import { resourceReferences } from './references.ts';
import type { Template } from './template.ts';
import { TemplateError } from './value.ts';

/** The dependencies of each resource, for a template whose conditions are applied. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/** The dependencies that `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn` create. */
export function dependenciesOf(template: Template): Dependencies {
  return new Map(
    Object.keys(template.resources).map((logicalId) => [
      logicalId,
      new Set(
        resourceReferences(template, logicalId)
          .map(({ name }) => name)
          .filter((name) => template.resources[name] !== undefined),
      ),
    ]),
  );
}

/** The resources in an order in which each comes after its dependencies; throws on a cycle. */
export function inOrder(dependencies: Dependencies): readonly string[] {
  const done: string[] = [];
  const placed = new Set<string>();
  let waiting = [...dependencies.keys()];
  while (waiting.length > 0) {
    const ready = waiting.filter((name) =>
      [...(dependencies.get(name) ?? [])].every(
        (need) => placed.has(need) || !dependencies.has(need),
      ),
    );
    if (ready.length === 0) {
      throw new TemplateError(`Circular dependency between resources: [${waiting.join(', ')}]`);
    }
    for (const name of ready) placed.add(name);
    done.push(...ready);
    waiting = waiting.filter((name) => !placed.has(name));
  }
  return done;
}

/** The reversed graph, in which each resource needs its dependents. Deletion follows it. */
export function reversed(dependencies: Dependencies): Dependencies {
  const result = new Map([...dependencies.keys()].map((name) => [name, new Set<string>()]));
  for (const [name, needs] of dependencies) {
    for (const need of needs) result.get(need)?.add(name);
  }
  return result;
}
