import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientsOf } from '../engine.ts';
import { Cancelled, failureReason, isHeld, isMissing, NotStabilized } from '../handlers/failure.ts';
import type { AnyHandler, Existing, ResourceContext, Tags } from '../handlers/handler.ts';
import { isObject, type JsonObject, type Values } from '../language/value.ts';
import type { Desired, StackResource } from '../stack.ts';
import { type Run, setResourceStatus } from '../stack-events.ts';
import { physicalName } from './physical-name.ts';

const REPLACES =
  'Requested update requires the creation of a new physical resource; hence creating one.';

/**
 * Creates a resource, or with `replaces` the one that takes the place of another. Calls `record` as soon as the resource may exist, so that a later failure still
 * leaves something to delete. Rejects on failure, after the event with the reason.
 */
export async function createResource(
  run: Run,
  desired: Desired,
  record: (resource: StackResource) => void,
  { replaces = false } = {},
): Promise<StackResource> {
  const kind = replaces ? 'UPDATE' : 'CREATE';
  const resource: StackResource = {
    ...desired,
    physicalId: '',
    attributes: {},
    status: `${kind}_IN_PROGRESS`,
    statusReason: undefined,
    updatedAt: run.engine.clock(),
  };
  record(resource);
  // The first event of a replacement says why there is one.
  setResourceStatus(
    run,
    resource,
    `${kind}_IN_PROGRESS`,
    replaces ? REPLACES : undefined,
    desired.properties,
  );
  const initiated = (id: string, attributes: Values = {}) => {
    if (resource.physicalId === id) return;
    resource.physicalId = id;
    resource.attributes = attributes;
    setResourceStatus(
      run,
      resource,
      `${kind}_IN_PROGRESS`,
      'Resource creation Initiated',
      desired.properties,
    );
  };
  await reported(run, resource, `${kind}_FAILED`, async () => {
    await run.engine.pacing.before(stepOf(run, resource, 'create'));
    if (run.signal.aborted) throw new Cancelled();
    const context = contextOf(run, resource, desired.tags, initiated);
    const made = await handlerOf(run, desired.type).create(desired.properties, context);
    initiated(made.id, made.attributes);
    resource.attributes = made.attributes ?? {};
    await run.engine.pacing.settle?.(stepOf(run, resource, 'create'), run.signal);
    if (run.signal.aborted) throw new Cancelled();
  });
  setResourceStatus(run, resource, `${kind}_COMPLETE`, undefined, desired.properties);
  return resource;
}

/** Updates a resource in place. Rejects on failure, after the event with the reason. */
export async function updateResource(
  run: Run,
  resource: StackResource,
  desired: Desired,
): Promise<void> {
  const before = existing(resource);
  setResourceStatus(run, resource, 'UPDATE_IN_PROGRESS', undefined, desired.properties);
  Object.assign(resource, desired);
  await reported(run, resource, 'UPDATE_FAILED', async () => {
    await run.engine.pacing.before(stepOf(run, resource, 'update'));
    if (run.signal.aborted) throw new Cancelled();
    const { update } = handlerOf(run, desired.type);
    if (update === undefined) {
      throw new Error(`the rehearsal cannot update ${desired.type} in place`);
    }
    const context = contextOf(run, resource, desired.tags);
    resource.attributes = await update(before, desired.properties, context);
    await run.engine.pacing.settle?.(stepOf(run, resource, 'update'), run.signal);
  });
  setResourceStatus(run, resource, 'UPDATE_COMPLETE', undefined, desired.properties);
}

/** Reads an attribute of a resource again, if other resources may have changed it. */
export async function refreshAttribute(
  run: Run,
  logicalId: string,
  attribute: string | undefined,
): Promise<void> {
  const resource = run.stack.resources.get(logicalId);
  if (resource === undefined || attribute === undefined) return;
  const { live } = handlerOf(run, resource.type);
  if (live === undefined || !live.names.includes(attribute)) return;
  const context = contextOf(run, resource, resource.tags);
  const read = await live.read(existing(resource), context);
  resource.attributes = { ...resource.attributes, ...read };
}

/**
 * Deletes a resource, or retains it if its policy says so. A missing resource counts as deleted. Retries
 * for a while if another resource still uses it. Rejects on failure, after the event with the reason.
 */
export async function deleteResource(
  run: Run,
  resource: StackResource,
  retain = false,
): Promise<void> {
  if (retain || isRetained(run, resource)) {
    setResourceStatus(run, resource, 'DELETE_SKIPPED');
    return;
  }
  setResourceStatus(run, resource, 'DELETE_IN_PROGRESS');
  await reported(run, resource, 'DELETE_FAILED', async () => {
    await run.engine.pacing.before(stepOf(run, resource, 'delete'));
    // A deletion is never cancelled, so its context has a signal that never aborts.
    const uncancellable = { ...run, signal: new AbortController().signal };
    const context = contextOf(uncancellable, resource, resource.tags);
    await deleted(run, () => handlerOf(run, resource.type).delete(existing(resource), context));
  });
  setResourceStatus(run, resource, 'DELETE_COMPLETE');
}

function isRetained({ operation }: Run, { deletionPolicy }: StackResource): boolean {
  if (deletionPolicy === 'RetainExceptOnCreate') {
    return (operation.of ?? operation.type) !== 'CREATE_STACK';
  }
  return deletionPolicy === 'Retain';
}

async function deleted({ engine }: Run, call: () => Promise<void>): Promise<void> {
  const until = Date.now() + engine.pacing.releaseMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (isMissing(error)) return;
      if (!isHeld(error) || Date.now() >= until) throw error;
      await sleep(engine.pacing.pollMs);
    }
  }
}

async function reported(
  run: Run,
  resource: StackResource,
  status: 'CREATE_FAILED' | 'UPDATE_FAILED' | 'DELETE_FAILED',
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason =
      error instanceof Cancelled && status === 'UPDATE_FAILED'
        ? 'Resource update cancelled'
        : failureReason(error, randomUUID());
    setResourceStatus(run, resource, status, reason, resource.properties);
    throw error;
  }
}

function handlerOf(run: Run, type: string): AnyHandler {
  const found = run.engine.handlers[type];
  if (found === undefined) throw new Error(`the rehearsal has no handler for ${type}`);
  return found;
}

function existing({ physicalId, properties, attributes, tags }: StackResource): Existing<Values> {
  return { id: physicalId, properties, attributes, tags };
}

function stepOf(
  run: Run,
  { logicalId, type }: StackResource,
  kind: 'create' | 'update' | 'delete',
) {
  return { kind, stackName: run.stack.name, logicalId, type };
}

function contextOf(
  run: Run,
  { logicalId, others }: StackResource,
  tags: Tags,
  initiated: ResourceContext['initiated'] = () => {},
): ResourceContext {
  const { engine, region, stack, signal } = run;
  return {
    clients: clientsOf(engine, region, stack),
    accountId: engine.accountId,
    region: region.name,
    stackName: stack.name,
    tags,
    updatePolicy: sectionOf(others, 'UpdatePolicy'),
    name: (limit) => physicalName(stack.name, logicalId, limit),
    initiated,
    until: (what, probe) => until(what, probe, engine.pacing, signal),
  };
}

function sectionOf(others: JsonObject, name: string): JsonObject {
  const section = others[name];
  return isObject(section) ? section : {};
}

async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  pacing: Run['engine']['pacing'],
  signal: AbortSignal,
): Promise<T> {
  const began = Date.now();
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (signal.aborted) throw new Cancelled();
    if (Date.now() - began >= pacing.readyMs) throw new NotStabilized(what);
    await sleep(pacing.pollMs);
  }
}
