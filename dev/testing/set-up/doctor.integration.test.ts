import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateChangeSetCommand,
  DeleteStackCommand,
  ExecuteChangeSetCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import { openTerminal, REPOSITORY, ROLE, type Terminal, WORKFLOWS } from './terminal.ts';

let terminal: Terminal;

beforeAll(async () => {
  terminal = await openTerminal();
  await terminal.setUp(`--region ${REGION} --protection branch --admins none --yes`);
}, 600_000);

afterAll(() => terminal?.close());

describe('the doctor', () => {
  it('names everything that is wrong, in one run', async () => {
    const state = terminal.github.repository(REPOSITORY);
    const known = state.environments.get('eks-multus');
    if (known === undefined) throw new Error('no environment');
    const file = join(terminal.checkout, '.github', 'workflows', 'multus-by-hand.yml');
    const text = readFileSync(file, 'utf8');
    state.subjectClaims = ['repo', 'context'];
    state.environments.set('eks-multus', { ...known, deployers: 'any' });
    state.variables.set('EKS_MULTUS_DEPLOYER_ROLE', 'arn:aws:iam::1:role/other');
    writeFileSync(file, text.replaceAll('@v1', '@main'));
    const printed = await terminal.setUp('--doctor');
    state.subjectClaims = undefined;
    state.environments.set('eks-multus', known);
    state.variables.set('EKS_MULTUS_DEPLOYER_ROLE', ROLE);
    writeFileSync(file, text);
    for (const says of [
      "subjects of this repository's tokens are customised (repo,context)",
      'the environment eks-multus admits every branch',
      'variable EKS_MULTUS_DEPLOYER_ROLE is "arn:aws:iam::1:role/other"',
      `the role does not trust ${WORKFLOWS}/provision.yml@main, which`,
      `the role does not trust ${WORKFLOWS}/destroy.yml@main, which`,
    ]) {
      expect(printed).toContain(`problem  ${says}`);
    }
    expect(printed).toContain('\n5 problems.');
  });

  it('says where the set-up is not', async () => {
    const says = 'problem  the account has no stack github-for-eks-multus in eu-west-1';
    expect(await terminal.setUp('--doctor --region eu-west-1')).toContain(says);
  });
});

describe('undo', () => {
  const template = JSON.stringify({
    Resources: { Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'kept' } } },
  });

  it('is refused while an environment exists', async () => {
    const StackName = 'eks-multus-lab';
    const Tags = [{ Key: 'eks-multus:environment', Value: StackName }];
    const { cloudFormation } = terminal.aws.clients;
    const set = { StackName, ChangeSetName: 'make' };
    const asked = { ...set, Tags, TemplateBody: template, ChangeSetType: 'CREATE' } as const;
    const waiting = { client: cloudFormation, minDelay: 1, maxDelay: 1, maxWaitTime: 60 };
    await cloudFormation.send(new CreateChangeSetCommand(asked));
    await waitUntilChangeSetCreateComplete(waiting, set);
    await cloudFormation.send(new ExecuteChangeSetCommand(set));
    await waitUntilStackCreateComplete(waiting, { StackName });
    const kept = [terminal.stateOfGithub(), await terminal.stateOfAws()];
    expect(await terminal.setUp('--undo --yes')).toContain(
      'these environments exist: eks-multus-lab;',
    );
    expect([terminal.stateOfGithub(), await terminal.stateOfAws()]).toEqual(kept);
    await cloudFormation.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete(waiting, { StackName });
  });
});
