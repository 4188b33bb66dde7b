import { TemplateError } from '../language/value.ts';
import { evaluateOutputs } from '../outputs.ts';
import type { Deployment } from '../stack.ts';
import type { Run } from '../stack-events.ts';
import type { Applied } from './deploy.ts';

/**
 * Concludes a deployment. Returns the stack's status reason if it failed. Otherwise sets the stack's
 * outputs and returns undefined.
 */
export function concludeDeployment(
  run: Run,
  deployment: Deployment,
  { failed }: Applied,
): string | undefined {
  if (failed.size > 0) return failureOf(run, failed);
  try {
    const { outputs, imports } = evaluateOutputs(run, deployment);
    run.stack.outputs = outputs;
    run.stack.imports = imports;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function failureOf({ stack }: Run, failed: Applied['failed']): string {
  const inTemplate = [...failed.values()].find((error) => error instanceof TemplateError);
  if (inTemplate !== undefined) return inTemplate.message;
  const names = [...failed.keys()];
  const updates = names.filter((name) => stack.resources.get(name)?.status === 'UPDATE_FAILED');
  const list = (what: string, some: readonly string[]) =>
    some.length === 0 ? [] : [`The following resource(s) failed to ${what}: [${some.join(', ')}].`];
  return [
    ...list(
      'create',
      names.filter((name) => !updates.includes(name)),
    ),
    ...list('update', updates),
  ].join(' ');
}
