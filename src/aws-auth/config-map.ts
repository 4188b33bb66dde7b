import type { V1ConfigMap } from '@kubernetes/client-node';
import { structuredPatch } from 'diff/lib/patch/create.js';
import type { Clock } from '../core/clock.ts';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type KubernetesApi, OUR_LABELS } from '../kubernetes/api.ts';
import { statusOf } from '../kubernetes/api-error.ts';
import { refused } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { mergeNodeRoles, removeNodeRoles } from './map-roles.ts';
import { CONFIG_MAP } from './yaml-rows.ts';

export interface RoleMapping {
  readonly changed: boolean;
  /** The changed part of mapRoles, added lines with `+`; empty when nothing changed. */
  readonly diff: readonly string[];
}

/**
 * Maps node roles in the ConfigMap aws-auth, which it creates when there is none.
 *
 * @throws ClusterError when mapRoles cannot be read, maps a role to something else, keeps changing, or is immutable, and
 *   when the API server refuses.
 */
export async function mapNodeRoles(
  { api }: Connection,
  roleArns: readonly string[],
  log: Log,
  clock: Clock,
): Promise<RoleMapping> {
  const merge = (text: string) => mergeNodeRoles(text, roleArns);
  const { added, warnings, diff } = await changeMapRoles(api, merge, log, clock);
  for (const warning of warnings) log.warn(warning);
  if (added.length === 0) log.info('aws-auth already maps the node roles');
  return { changed: added.length > 0, diff };
}

/**
 * Removes the rows of node roles that no longer exist from the ConfigMap aws-auth.
 *
 * @returns the roles whose rows were removed, as the rows named them.
 * @throws ClusterError when the API server refuses, or mapRoles cannot be read, or keeps changing.
 */
export async function unmapNodeRoles(
  api: KubernetesApi,
  roleArns: readonly string[],
  log: Log,
  clock: Clock,
): Promise<readonly string[]> {
  const remove = (text: string) => removeNodeRoles(text, roleArns);
  const { removed } = await changeMapRoles(api, remove, log, clock);
  return removed;
}

const COLLECTION = '/api/v1/namespaces/kube-system/configmaps';
const PATH = `${COLLECTION}/aws-auth`;
const METADATA = { name: 'aws-auth', namespace: 'kube-system' } as const;
const AWS_AUTH = { kind: 'ConfigMap', metadata: METADATA } as const;
/** Enough for many writers at once; each attempt is two requests. */
const ATTEMPTS = 20;

/**
 * Compare-and-swap of `mapRoles`: reads the ConfigMap, applies `change` to the text, and writes only `mapRoles`, and only
 * if nobody else has written in between; otherwise starts again. Writes nothing when `change` returns the same text.
 *
 * @returns what `change` returned for the text that was replaced, and the lines that changed.
 */
async function changeMapRoles<Change extends { readonly mapRoles: string }>(
  api: KubernetesApi,
  change: (mapRoles: string) => Change,
  log: Log,
  clock: Clock,
): Promise<Change & { readonly diff: readonly string[] }> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const current = await api.read<V1ConfigMap>(PATH);
    const before = current?.data?.['mapRoles'] ?? '';
    const changed = change(before);
    const { mapRoles } = changed;
    if (mapRoles === before) return { ...changed, diff: [] };
    if (current?.immutable === true) throw unchangeable(lineDiff(before, mapRoles));
    const swap = () => swapped(api, current, mapRoles);
    const written = await api.repeat(swap).catch((error: unknown) => {
      throw refused(AWS_AUTH, error);
    });
    if (written) {
      const diff = lineDiff(before, mapRoles);
      log.info(['aws-auth:', ...diff].join('\n'));
      return { ...changed, diff };
    }
    log.info('Somebody else changed aws-auth at the same time; starting again');
    await clock.sleep(50 + Math.random() * 100 * attempt);
  }
  throw new ClusterError({
    resource: CONFIG_MAP,
    reason: `it changed ${ATTEMPTS} times while mapRoles was being updated`,
    nextStep: 'find out what keeps writing it (managedFields names the writers), then run again',
  });
}

/** Kubernetes changes neither the data of such a ConfigMap nor the mark: somebody must make it anew. */
function unchangeable(diff: readonly string[]): ClusterError {
  return new ClusterError({
    resource: CONFIG_MAP,
    reason: 'it is marked as immutable, so its mapRoles cannot be changed',
    nextStep: `ask who marked it. Save it, delete it and create it without "immutable: true", and run again; or let the nodes in by access entries of type EC2_LINUX (authentication: access-entries). Its mapRoles lack:\n${diff.join('\n')}`,
  });
}

/** False when somebody else wrote, created or deleted the ConfigMap first. */
async function swapped(
  api: KubernetesApi,
  current: V1ConfigMap | undefined,
  mapRoles: string,
): Promise<boolean> {
  const data = { mapRoles };
  try {
    if (current === undefined) {
      const metadata = { ...METADATA, labels: OUR_LABELS };
      await api.create(COLLECTION, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    } else {
      const { resourceVersion } = current.metadata ?? {};
      await api.merge(PATH, { metadata: { resourceVersion }, data });
    }
    return true;
  } catch (error) {
    if (statusOf(error) === 409 || (statusOf(error) === 404 && current !== undefined)) return false;
    throw error;
  }
}

/** Unchanged lines around each change: enough to show the neighbouring row. */
const CONTEXT = 6;

/** The lines that differ between two texts, removed ones with `-` and added ones with `+`, and some lines around them. */
export function lineDiff(before: string, after: string): readonly string[] {
  const options = { context: CONTEXT };
  const { hunks } = structuredPatch('', '', complete(before), complete(after), '', '', options);
  return hunks.flatMap(({ lines }) => lines);
}

/** With an end of the last line, which is not worth a line in a diff. */
function complete(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
