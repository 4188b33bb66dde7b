import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { packFile } from '../../../src/core/pack-files.ts';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import { answersWhenQuiet } from '../../stand-ins/aws/testing/quiet-cloudformation.ts';
import { startTestAws, type TestAws } from '../../stand-ins/aws/testing/stand-in.ts';
import { awsCommandFolder } from '../aws-command/aws-command.ts';

/** Where a document says how to install the roles, and from which folder. For the README see the tests of set-up. */
const DOCUMENTS = ['cfn/README.md'];

/** The block of shell commands in which the stack of the roles is deployed. */
function commandsOf(document: string): string {
  const blocks = readFileSync(packFile(document), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g);
  const found = [...blocks].map(([, text = '']) => text);
  return found.find((text) => text.includes('--stack-name github-for-eks-multus')) ?? '';
}

/** Runs a document's commands as they stand, with the AWS CLI, against a stand-in; whatever their end. */
async function printedBy(document: string, { endpoint }: TestAws): Promise<string> {
  const path = `${awsCommandFolder()}:${process.env['PATH']}`;
  const settings = { PATH: path, AWS_ENDPOINT_URL: endpoint, AWS_DEFAULT_REGION: REGION };
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAREHEARSALACCOUNT', AWS_SECRET_ACCESS_KEY: 'secret' };
  const options = { cwd: dirname(packFile(document)), env: { ...settings, ...keys } };
  const script = ['--norc', '-ec', commandsOf(document)];
  const ended = promisify(execFile)('bash', script, options);
  const { stdout, stderr } = await ended.catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stdout + stderr;
}

it.each(DOCUMENTS)(
  'the commands of %s make the roles and show them; again, they change nothing',
  async (document) => {
    // `aws cloudformation deploy` looks every half minute.
    const aws = await startTestAws(answersWhenQuiet('DescribeChangeSet', 'DescribeStacks'));
    try {
      const printed = await printedBy(document, aws);
      expect(printed).toContain('Successfully created/updated stack - github-for-eks-multus');
      expect(printed).toContain('"arn:aws:iam::123456789012:role/eks-multus-deployer"');
      expect(printed).toContain('"arn:aws:iam::123456789012:role/eks-multus-cloudformation"');
      expect(await printedBy(document, aws)).toContain('No changes to deploy');
    } finally {
      await aws.stop();
    }
  },
  600_000,
);
