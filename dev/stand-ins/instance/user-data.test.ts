import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The node's own programs, run as the node runs them, by any awk. */
const programs = join(import.meta.dirname, 'image', 'root', 'usr', 'lib', 'rehearsal');

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'user-data-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function awk(program: string, variable: string, text: string): string {
  const input = join(dir, 'input');
  writeFileSync(input, text);
  const ran = spawnSync('awk', ['-v', variable, '-f', join(programs, program), input]);
  expect(ran.stderr.toString()).toBe('');
  rmSync(input);
  return ran.stdout.toString();
}

function split(text: string): Record<string, string> {
  awk('user-data.awk', `dir=${dir}`, text);
  return Object.fromEntries(
    readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]),
  );
}

describe('splitting user data', () => {
  const multipart = [
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="B"',
    '',
    '--B',
    'Content-Type: application/node.eks.aws',
    '',
    'kind: NodeConfig',
    '--B',
    'Content-Type: text/x-shellscript; charset="us-ascii"',
    '',
    '#!/bin/bash',
    '',
    'echo 1',
    '--B',
    'Content-Type: text/cloud-config',
    '',
    'packages: []',
    '--B',
    'Content-Transfer-Encoding: base64',
    'Content-Type: text/x-shellscript',
    '',
    Buffer.from('#!/bin/sh\necho 2\n').toString('base64'),
    '--B--',
    'after the end',
  ];

  it('keeps order and text, and skips parts of other types', () => {
    expect(split(multipart.join('\n'))).toEqual({
      '01.node-config': 'kind: NodeConfig\n',
      '02.script': '#!/bin/bash\n\necho 1\n',
      '04.script': '#!/bin/sh\necho 2\n',
    });
  });

  it('accepts CRLF line ends', () => {
    expect(split(multipart.join('\r\n'))['02.script']).toBe('#!/bin/bash\n\necho 1\n');
  });

  it('accepts a single script and a single NodeConfig', () => {
    expect(split('#!/bin/sh\necho 3\n')).toEqual({ '01.script': '#!/bin/sh\necho 3\n' });
    expect(split('---\nkind: NodeConfig\n')['01.node-config']).toBe('---\nkind: NodeConfig\n');
  });
});

describe('reading a NodeConfig', () => {
  const read = (text: string) => {
    const dropin = join(dir, 'dropin');
    const lines = awk('node-config.awk', `dropin=${dropin}`, text).trimEnd().split('\n');
    const written = readdirSync(dir).includes('dropin') ? readFileSync(dropin, 'utf8') : '';
    return { lines, written };
  };

  it('finds cluster fields and flags in block style', () => {
    const { lines } = read(`---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
metadata:
  name: not-the-cluster
spec:
  cluster:
    name: "lab"   # quoted
    apiServerEndpoint: https://10.0.2.5
    certificateAuthority: LS0tLQ==
    cidr: 10.100.0.0/16
  kubelet:
    maxPodsExpression: "max_pods - 1"
    flags:
    - --node-labels=a=b,c=d
    - '--v=2'
`);
    expect(lines).toEqual([
      'cluster.name\tlab',
      'cluster.apiServerEndpoint\thttps://10.0.2.5',
      'cluster.certificateAuthority\tLS0tLQ==',
      'cluster.cidr\t10.100.0.0/16',
      'flag\t--node-labels=a=b,c=d',
      'flag\t--v=2',
    ]);
  });

  it('turns the kubelet settings into a drop-in, whatever their depth', () => {
    const { lines, written } = read(`spec:
  kubelet:
    config:
      maxPods: 40
      registerWithTaints:
        - key: multus
          effect: NoSchedule
    flags:
      - --v=2
`);
    expect(written).toBe(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
maxPods: 40
registerWithTaints:
  - key: multus
    effect: NoSchedule
`);
    expect(lines).toEqual(['flag\t--v=2']);
  });

  it('accepts flow style on one line', () => {
    const { lines, written } = read(`spec:
  cluster: {name: lab, apiServerEndpoint: "https://10.0.2.5", cidr: 10.100.0.0/16}
  kubelet:
    config: {maxPods: 40}
    flags: ["--v=2", --x=y]
`);
    expect(lines).toEqual([
      'cluster.name\tlab',
      'cluster.apiServerEndpoint\thttps://10.0.2.5',
      'cluster.cidr\t10.100.0.0/16',
      'flag\t--v=2',
      'flag\t--x=y',
    ]);
    expect(written).toBe(
      '{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, maxPods: 40}\n',
    );
  });
});
