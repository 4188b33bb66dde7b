import { exportsOf, factsOf } from './engine.ts';
import { evaluate, type Scope } from './language/evaluate.ts';
import { TemplateError } from './language/value.ts';
import { stackScope } from './scope.ts';
import type { Deployment, Output } from './stack.ts';
import type { Run } from './stack-events.ts';

/** The scope during a deployment, in which existing resources have ids and attributes. */
export function deployedScope(run: Run, deployment: Deployment): Scope {
  const { resources } = run.stack;
  return stackScope(factsOf(run.engine, run.region, run.stack, deployment), {
    ref: (logicalId) => resources.get(logicalId)?.physicalId,
    attribute: (logicalId, attribute) => resources.get(logicalId)?.attributes[attribute],
  });
}

export interface EvaluatedOutputs {
  readonly outputs: readonly Output[];
  readonly imports: ReadonlySet<string>;
}

/**
 * The outputs of a deployed stack. Throws if an export clashes with another stack's, or if another stack
 * uses an export that would change.
 */
export function evaluateOutputs(run: Run, deployment: Deployment): EvaluatedOutputs {
  const scope = deployedScope(run, deployment);
  const outputs = Object.entries(deployment.live.outputs).map(([key, declared]) => ({
    key,
    value: String(evaluate(declared.value, scope)),
    ...(declared.description === undefined ? {} : { description: declared.description }),
    ...(declared.exportName === undefined
      ? {}
      : { exportName: String(evaluate(declared.exportName, scope)) }),
  }));
  checkExports(run, outputs);
  return { outputs, imports: importsOf(deployment, scope) };
}

function checkExports({ region, stack }: Run, outputs: readonly Output[]): void {
  const others = exportsOf(region).filter((one) => one.stack !== stack);
  for (const { exportName } of outputs) {
    const taken = others.find(({ name }) => name === exportName);
    if (exportName !== undefined && taken !== undefined) {
      throw new TemplateError(
        `Export with name ${exportName} is already exported by stack ${taken.stack.name}.`,
      );
    }
  }
  for (const { exportName, value } of stack.outputs) {
    const user = region.stacks.find(({ imports }) => imports.has(exportName ?? ''));
    const kept = outputs.some((one) => one.exportName === exportName && one.value === value);
    if (exportName !== undefined && user !== undefined && !kept) {
      throw new TemplateError(
        `Export ${exportName} cannot be updated as it is in use by ${user.name}`,
      );
    }
  }
}

/** The names of the exports that the stack imports, found by evaluating everything again. */
function importsOf(deployment: Deployment, scope: Scope): ReadonlySet<string> {
  const names = new Set<string>();
  const watching = {
    ...scope,
    imported(name: string) {
      names.add(name);
      return scope.imported(name);
    },
  };
  for (const { properties } of Object.values(deployment.live.resources))
    evaluate(properties, watching);
  for (const { value } of Object.values(deployment.live.outputs)) evaluate(value, watching);
  return names;
}
