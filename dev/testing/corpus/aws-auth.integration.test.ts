import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { mergeNodeRoles, removeNodeRoles } from '../../../src/aws-auth/map-roles.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { setUpApiServer } from '../setup/api-server.ts';
import { MAPS } from './aws-auth.ts';

const ROLE = 'arn:aws:iam::111122223333:role/ours';
const COLLECTION = '/api/v1/namespaces/kube-system/configmaps';
const PATH = `${COLLECTION}/aws-auth`;
const cluster = setUpApiServer();
let authenticator: string;

beforeAll(async () => {
  const { bin } = await ensureTools(['control-plane'], consoleProgress());
  authenticator = join(bin, 'aws-iam-authenticator');
  const metadata = { name: 'aws-auth', namespace: 'kube-system' };
  await cluster.connection.api.create(COLLECTION, { metadata, data: {} });
});

/** What the authenticator's own command says when it reads this text and adds a role; empty after success. */
async function adding(text: string, role: string): Promise<string> {
  const { api } = cluster.connection;
  await api.merge(PATH, { data: { mapRoles: text } });
  expect((await api.get<V1ConfigMap>(PATH)).data?.['mapRoles']).toBe(text);
  const own = ['--kubeconfig', cluster.kubeconfig, '--prompt=false'];
  const args = ['add', 'role', '--rolearn', role, '--username', 'x', '--groups', 'y', ...own];
  return promisify(execFile)(authenticator, args).then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`,
  );
}

it('has enough of what tools write', () => {
  expect(MAPS.length).toBeGreaterThanOrEqual(40);
  expect(new Set(MAPS.map(({ text }) => text)).size).toBe(MAPS.length);
});

describe.each(MAPS)('$source', ({ text, refused, partly = false }) => {
  const merge = () => mergeNodeRoles(text, [ROLE]);

  it('is read by the pack as by the authenticator', async () => {
    if (refused !== undefined) {
      expect(merge).toThrow(refused);
      expect(await adding(text, ROLE)).toMatch(/failed to parse configmap/);
      return;
    }
    const { mapRoles } = merge();
    const complaint = partly ? /failed to parse configmap/ : /cannot add duplicate role ARN/;
    expect(await adding(mapRoles, ROLE)).toMatch(complaint);
    // The rows of others count as before.
    expect(await adding(text, ROLE)).toMatch(partly ? complaint : /^$/);
  });
});

describe.each(MAPS.filter(({ refused }) => refused === undefined))('$source', ({ text }) => {
  it('keeps its style, its comments, and its rows when ours goes', () => {
    const { mapRoles } = mergeNodeRoles(text, [ROLE]);
    if (isJson(text)) expect(() => JSON.parse(mapRoles)).not.toThrow();
    for (const comment of text.match(/#.*$/gm) ?? []) expect(mapRoles).toContain(comment);
    const { removed, mapRoles: left } = removeNodeRoles(mapRoles, [ROLE]);
    expect(removed).toEqual([ROLE]);
    expect(mergeNodeRoles(left, [ROLE]).added).toEqual([ROLE]);
    expect(isJson(left)).toBe(isJson(text));
  });
});

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== null && text.trim().startsWith('[{');
  } catch {
    return false;
  }
}
