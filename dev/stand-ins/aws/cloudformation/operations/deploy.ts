import { evaluate } from '../language/evaluate.ts';
import { dependenciesOf } from '../language/graph.ts';
import { resourceReferences } from '../language/references.ts';
import { sameValue, type Values } from '../language/value.ts';
import { deployedScope } from '../outputs.ts';
import { propertyChanges, typedProperties } from '../plan/properties.ts';
import type { Specification } from '../plan/specification.ts';
import {
  type Deployment,
  type Desired,
  isPresent,
  type StackResource,
  type Undo,
} from '../stack.ts';
import { type Run, setResourceStatus } from '../stack-events.ts';
import { resourceTags } from '../tags.ts';
import {
  createResource,
  deleteResource,
  refreshAttribute,
  updateResource,
} from './resource-operations.ts';
import { type GraphOutcome, runGraph } from './run-graph.ts';

export interface Applied extends GraphOutcome {
  /** In order, including failed changes. */
  readonly journal: readonly Undo[];
}

/**
 * Creates and changes the stack's resources according to the deployment and leaves unchanged ones alone.
 * Deletes nothing. Stops at the first failure.
 */
export async function applyDeployment(
  run: Run,
  deployment: Deployment,
  specification: Specification,
  { replaces }: { readonly replaces: boolean } = { replaces: true },
): Promise<Applied> {
  const journal: Undo[] = [];
  const dependencies = dependenciesOf(deployment.live);
  const giveUp = new AbortController();
  const signal = AbortSignal.any([run.signal, giveUp.signal]);
  const inner: Run = { ...run, signal };
  const outcome = await runGraph(
    dependencies,
    async (logicalId) => {
      try {
        const needs = [...(dependencies.get(logicalId) ?? [])];
        for (const { name, attribute } of resourceReferences(deployment.live, logicalId)) {
          await refreshAttribute(inner, name, attribute);
        }
        const desired = desiredResource(inner, deployment, specification, logicalId, needs);
        await applyResource(inner, desired, specification, journal, replaces);
      } catch (error) {
        giveUp.abort();
        throw error;
      }
    },
    { stopAtFailure: true, signal },
  );
  return { ...outcome, journal };
}

async function applyResource(
  run: Run,
  desired: Desired,
  specification: Specification,
  journal: Undo[],
  replaces: boolean,
): Promise<void> {
  const { resources } = run.stack;
  const now = resources.get(desired.logicalId);
  if (now === undefined || !isPresent(now) || now.status === 'CREATE_FAILED') {
    // A failed creation that was not rolled back may have left a half-made resource.
    if (now !== undefined && isPresent(now)) await deleteResource(run, now);
    await createResource(run, desired, (resource) => {
      resources.set(desired.logicalId, resource);
      journal.push({ kind: 'created', resource });
    });
    return;
  }
  const spec = specification(desired.type);
  const changes =
    spec === undefined ? [] : propertyChanges(spec, now.properties, desired.properties);
  if (changes.length === 0 && sameValue(now.tags, desired.tags)) {
    Object.assign(now, desired);
    return;
  }
  if (changes.some(({ recreation }) => recreation !== 'Never')) {
    if (!replaces) throw refuseReplacement(run, now);
    await replaceResource(run, now, desired, journal);
    return;
  }
  journal.push({ kind: 'updated', resource: now, before: desiredAgain(now) });
  await updateResource(run, now, desired);
}

/** What AWS answers to a replacement while rollback is disabled (aws-sam-cli#4585, aws-sam-cli#4164). */
function refuseReplacement(run: Run, resource: StackResource): Error {
  const reason = 'Replacement type updates not supported on stack with disable-rollback.';
  setResourceStatus(run, resource, 'UPDATE_FAILED', reason, resource.properties);
  return new Error(reason);
}

async function replaceResource(
  run: Run,
  before: StackResource,
  desired: Desired,
  journal: Undo[],
): Promise<void> {
  const record = (made: StackResource) => {
    run.stack.resources.set(desired.logicalId, made);
    journal.push({ kind: 'replaced', resource: made, before });
  };
  await createResource(run, desired, record, { replaces: true });
}

/** The declaration that an existing resource was made from, to undo a change. */
function desiredAgain(resource: StackResource): Desired {
  const { logicalId, type, properties, tags, others } = resource;
  const { dependsOn, deletionPolicy, updateReplacePolicy } = resource;
  return {
    logicalId,
    type,
    properties,
    tags,
    others,
    dependsOn,
    deletionPolicy,
    updateReplacePolicy,
  };
}

function desiredResource(
  run: Run,
  deployment: Deployment,
  specification: Specification,
  logicalId: string,
  dependsOn: readonly string[],
): Desired {
  const declared = deployment.live.resources[logicalId];
  const spec = declared && specification(declared.type);
  if (declared === undefined || spec === undefined)
    throw new Error(`${logicalId} has no known type`);
  const evaluated = evaluate(declared.properties, deployedScope(run, deployment)) as Values;
  const properties = typedProperties(spec, evaluated);
  return {
    logicalId,
    type: declared.type,
    properties,
    tags: resourceTags(spec, properties, logicalId, run.stack, deployment.tags),
    others: declared.others,
    dependsOn,
    deletionPolicy: declared.deletionPolicy,
    updateReplacePolicy: declared.updateReplacePolicy,
  };
}
