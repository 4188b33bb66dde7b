import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { packFile } from '../../../src/core/pack-files.ts';
import { prepareAccount } from '../../stand-ins/aws/account.ts';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import { startTestAws } from '../../stand-ins/aws/testing/stand-in.ts';
import { awsCommandFolder } from '../aws-command/aws-command.ts';

const SCRIPT = packFile('scripts', 'collect-evidence.sh');
const run = promisify(execFile);

/** Values that must not leave a machine, and what becomes of them. */
const REMOVED: readonly (readonly [string, string])[] = [
  ['arn:aws:iam::123456789012:role/team/deployer', 'arn:aws:iam:REMOVED'],
  ['arn:aws-cn:eks:cn-north-1:123456789012:cluster/mine', 'arn:aws-cn:eks:REMOVED'],
  ['account 123456789012', 'account ACCOUNT-REMOVED'],
  ['1234-5678-9012', 'ACCOUNT-REMOVED'],
  ['i-0123456789abcdef0', 'i-REMOVED'],
  ['eni-0a1b2c3d', 'eni-REMOVED'],
  ['subnet-0123456789abcdef0', 'subnet-REMOVED'],
  ['02:ab:cd:ef:01:23', 'MAC-REMOVED'],
  ['52.95.110.1', 'ADDRESS-REMOVED'],
  ['172.32.0.1', 'ADDRESS-REMOVED'],
  ['https://ABC.gr7.ap-northeast-2.eks.amazonaws.com', 'https://REMOVED'],
  ['AKIAIOSFODNN7EXAMPLE', 'KEY-REMOVED'],
  ['c0ffee00-1111-2222-3333-444455556666', 'UUID-REMOVED'],
  ['somebody@example.org', 'MAIL-REMOVED'],
];
const KEPT = [
  '10.0.4.144/28',
  '172.31.255.254',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '2026-11-27T08:00:00Z',
  '1780000000000',
  'Group did not stabilize',
];

it('removes what identifies an account, and keeps what is evidence', async () => {
  const lines = [...REMOVED.map(([text]) => `{"Reason":"${text}"}`), ...KEPT];
  const redacting = run(SCRIPT, ['--redact']);
  redacting.child.stdin?.end(`${lines.join('\n')}\n`);
  const { stdout } = await redacting;
  expect(stdout.trimEnd().split('\n')).toEqual([
    ...REMOVED.map(([, left]) => `{"Reason":"${left}"}`),
    ...KEPT,
  ]);
});

it('refuses to work with a sed that does not know the end of a word', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sed-'));
  const sed = '#!/bin/bash\nexec /usr/bin/sed "${@//\\\\b/%}"\n';
  writeFileSync(join(folder, 'sed'), sed, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env['PATH']}` };
  const file = join(folder, 'evidence.json');
  const tried = run(SCRIPT, ['eks-multus-cluster', REGION, file], { env });
  await expect(tried).rejects.toThrow('put GNU sed first in PATH');
  expect(existsSync(file)).toBe(false);
});

it('collects the answers of an account, and only reads', async () => {
  const aws = await startTestAws();
  try {
    const account = { endpoint: aws.endpoint, account: '123456789012', region: REGION };
    await prepareAccount({ ...account, repository: 'o/r' });
    const before = aws.aws.gateway.calls().length;
    const file = join(mkdtempSync(join(tmpdir(), 'evidence-')), 'evidence.json');
    const env = {
      PATH: `${awsCommandFolder()}:${process.env['PATH']}`,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ACCESS_KEY_ID: 'AKIAREHEARSALACCOUNT',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    await run(SCRIPT, ['eks-multus-cluster', REGION, file], { env });
    const text = readFileSync(file, 'utf8');
    const evidence = JSON.parse(text) as Record<string, unknown>;
    expect(evidence['quota vpc/L-F678F1CE']).toEqual({ QuotaName: 'VPCs per Region', Value: 5 });
    expect(evidence['zones']).toContainEqual(expect.objectContaining({ ZoneId: 'apne2-az1' }));
    // A question that fails is an answer, too.
    expect(evidence['cluster']).toHaveProperty('error');
    expect(text).not.toMatch(/123456789012|eks-multus-cluster/);
    const calls = aws.aws.gateway.calls().slice(before);
    expect(calls.length).toBeGreaterThan(8);
    for (const { service, action } of calls) {
      expect(`${service}:${action}`).toMatch(/:(Describe|List|Get|GET )/);
    }
  } finally {
    await aws.stop();
  }
}, 600_000);
