import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EMPTY_STATE } from '../vpc/ec2-state.ts';
import { runningInstance } from '../vpc/testing/running-instance.ts';
import { createNodeLifecycle } from './node-lifecycle.ts';

const instance = (id: string, state: string) => ({ ...runningInstance(id), state });
const node = (name: string, id: string) => ({
  metadata: { name },
  spec: { providerID: `aws:///ap-northeast-2a/${id}` },
});

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'node-lifecycle-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Stands in for kubectl: knows two nodes, and records its arguments. */
function kubectl(): string {
  const nodes = { items: [node('node-1', 'i-1'), node('node-2', 'i-2')] };
  const program = join(dir, 'kubectl');
  writeFileSync(
    program,
    `#!/bin/sh\necho "$@" >>${dir}/asked\ncase "$*" in *"get nodes"*) echo '${JSON.stringify(nodes)}' ;; esac\n`,
  );
  chmodSync(program, 0o755);
  return program;
}

it('removes the node of an ended instance once, and sends nothing else', async () => {
  let instances = [instance('i-1', 'running'), instance('i-2', 'running')];
  const lifecycle = createNodeLifecycle({
    kubectl: kubectl(),
    readState: async () => ({ ...EMPTY_STATE, instances }),
    kubeconfigs: () => ['/cluster'],
  });
  await lifecycle.reconcile();
  instances = [instance('i-1', 'terminated'), instance('i-2', 'running')];
  await lifecycle.reconcile();
  await lifecycle.reconcile();
  const to = '--kubeconfig /cluster --request-timeout=10s';
  expect(readFileSync(join(dir, 'asked'), 'utf8').trim().split('\n')).toEqual([
    `${to} get nodes -o json`,
    `${to} delete node --wait=false node-1`,
  ]);
});
