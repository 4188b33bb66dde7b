import type { Clients } from '../handlers/clients.ts';
import { sameValue, type Values } from '../language/value.ts';
import { isPresent, type Stack, type StackResource } from '../stack.ts';
import { type ActualState, actualState } from './actual-state.ts';

/** How a resource differs from what CloudFormation made of it. */
export type Drift =
  | { readonly status: 'DELETED' }
  | { readonly status: 'UNSUPPORTED' }
  | { readonly status: 'IN_SYNC' }
  | { readonly status: 'MODIFIED'; readonly actual: ActualState };

/** The drift of each existing resource of a stack, by logical id. */
export async function driftsOf(
  stack: Stack,
  clients: Clients,
): Promise<ReadonlyMap<string, Drift>> {
  const drifts = [...stack.resources.values()]
    .filter(isPresent)
    .map(async (resource) => [resource.logicalId, await driftOf(resource, clients)] as const);
  return new Map(await Promise.all(drifts));
}

async function driftOf(resource: StackResource, clients: Clients): Promise<Drift> {
  const actual = await actualState(resource, clients);
  if (actual === 'unsupported') return { status: 'UNSUPPORTED' };
  if (actual === undefined) return { status: 'DELETED' };
  const differs = Object.entries(declaredOf(resource, actual)).some(
    ([name, value]) => !sameValue(resource.properties[name], value),
  );
  return differs || !sameValue(resource.tags, actual.tags)
    ? { status: 'MODIFIED', actual }
    : { status: 'IN_SYNC' };
}

/** The properties that the template declares, as they are. CloudFormation compares no others. */
function declaredOf({ properties }: StackResource, actual: ActualState) {
  const declared = Object.entries(actual.properties).filter(([name]) => name in properties);
  return Object.fromEntries(declared);
}

/** A resource as it really is. Undefined when it does not exist. */
export function asItIs(
  resource: StackResource,
  drift: Drift | undefined,
): StackResource | undefined {
  if (drift?.status === 'DELETED') return undefined;
  if (drift?.status !== 'MODIFIED') return resource;
  const merged = { ...resource.properties, ...declaredOf(resource, drift.actual) };
  const set = Object.entries(merged).filter(([, value]) => value !== undefined);
  return { ...resource, properties: Object.fromEntries(set) as Values, tags: drift.actual.tags };
}

/** Lets a stack know what its resources are really like, so that a deployment reverts it. */
export function acknowledge(stack: Stack, drifts: ReadonlyMap<string, Drift>): void {
  for (const resource of stack.resources.values()) {
    const drift = drifts.get(resource.logicalId);
    const real = asItIs(resource, drift);
    if (real === undefined) resource.status = 'DELETE_COMPLETE';
    else if (real !== resource) {
      resource.properties = real.properties;
      resource.tags = real.tags;
    }
  }
}
