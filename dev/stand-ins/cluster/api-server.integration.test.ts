import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTools, type Tools } from '../../tools/install/tools.ts';
import { run } from '../../tools/process.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { type ApiServer, startApiServer } from './api-server.ts';

let tools: Tools;
let runDir: string;
let api: ApiServer;

beforeAll(async () => {
  tools = await ensureTools(['control-plane'], consoleProgress());
  runDir = await mkdtemp(join(tmpdir(), 'api-server-'));
  api = await startApiServer({ tools, runDir });
});
afterAll(async () => {
  await api?.stop();
  await rm(runDir, { recursive: true, force: true });
});

const kubectl = (args: readonly string[], input?: string) =>
  run(join(tools.bin, 'kubectl'), ['--kubeconfig', api.kubeconfig, ...args], {
    ...(input === undefined ? {} : { input }),
  });

describe('an API server on loopback', () => {
  it('listens on 127.0.0.1 and knows its administrator', async () => {
    expect(new URL(api.endpoint).hostname).toBe('127.0.0.1');
    expect(await kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.groups}'])).toContain(
      'system:masters',
    );
  });

  it('accepts pods although no controller makes service accounts', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'probe' },
      spec: { containers: [{ name: 'c', image: 'busybox' }] },
    };
    await kubectl(['create', '-f', '-'], JSON.stringify(pod));
    expect(await kubectl(['get', 'pod', 'probe', '-o', 'jsonpath={.status.phase}'])).toBe(
      'Pending',
    );
  });

  it('lets a node change only its own objects', async () => {
    const as = ['--as=system:node:a', '--as-group=system:nodes'];
    const node = (name: string) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await kubectl(['create', '-f', '-', ...as], node('a'));
    await expect(kubectl(['create', '-f', '-', ...as], node('b'))).rejects.toThrow(
      'is not allowed to modify node',
    );
  });
});
