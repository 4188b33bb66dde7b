import { ENVIRONMENT_LABEL, namespaceOf } from '../environment/shared-cluster.ts';
import { reasonOf } from '../kubernetes/api-error.ts';
import { OUR_LABELS } from '../kubernetes/apply.ts';
import type { PlainApi } from '../kubernetes/plain-api.ts';
import { until } from '../kubernetes/poll.ts';
import { releaseCloudResources } from '../kubernetes/release-cloud-resources.ts';
import type { Look } from './end-state.ts';
import { addNote } from './report.ts';
import type { Session } from './run.ts';

/** How long the cluster gets to end everything in a namespace. */
const PATIENCE_MS = 5 * 60_000;

interface Namespace {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
}

/**
 * Removes the namespace of an environment on a shared cluster, with its networks and pods, after what its workloads
 * hold in AWS. Waits until it is gone. A namespace without the environment's label is somebody else's. Never throws:
 * what is left is found in the end.
 */
export async function removeNamespace(session: Session, api: PlainApi): Promise<void> {
  const { clock, engine, inputs, log } = session;
  const name = namespaceOf(inputs.environment);
  const deadline = Math.min(clock.now() + PATIENCE_MS, engine.deadline);
  try {
    const found = await read(api, name);
    if (found === undefined) return;
    if (!isOf(found, inputs.environment)) {
      addNote(session, `Namespace ${name} is not touched: it lacks this environment's label.`);
      return;
    }
    const patience = { log, clock, deadline, namespace: name };
    const { removed, left } = await releaseCloudResources(api, patience);
    if (removed.length > 0) addNote(session, `Removed first: ${removed.join(', ')}.`);
    if (left.length > 0) addNote(session, `These may stay in AWS: ${left.join(', ')}`);
    await api.remove(pathOf(name));
    const isGone = async () => ((await read(api, name)) === undefined ? true : undefined);
    const gone = await until(isGone, { clock, deadline });
    if (gone) addNote(session, `Removed the namespace ${name}.`);
  } catch (error) {
    log.warn(`Namespace ${name} is not removed: ${reasonOf(error)}`);
  }
}

/** Whether the namespace is still there, for the end of a destroy. */
export function namespaceLook(environment: string, base: string, api: PlainApi): Look {
  const name = namespaceOf(environment);
  return {
    what: `Namespace in the cluster of ${base}`,
    async find() {
      try {
        const found = await read(api, name);
        return found !== undefined && isOf(found, environment) ? [name] : [];
      } catch (error) {
        return [`${name}, perhaps: the cluster does not say (${reasonOf(error)})`];
      }
    },
  };
}

function read(api: PlainApi, name: string): Promise<Namespace | undefined> {
  return api.read<Namespace>(pathOf(name));
}

function isOf({ metadata: { labels } }: Namespace, environment: string): boolean {
  const wanted = { ...OUR_LABELS, [ENVIRONMENT_LABEL]: environment };
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}

function pathOf(name: string): string {
  return `/api/v1/namespaces/${name}`;
}
