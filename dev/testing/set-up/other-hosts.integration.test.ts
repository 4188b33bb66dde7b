import { CreateOpenIDConnectProviderCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import { GITHUB_ISSUER } from '../../stand-ins/github/oidc.ts';
import { run } from '../../tools/process.ts';
import {
  CREDENTIALS,
  jobWith,
  openTerminal,
  REPOSITORY,
  SERVER_ISSUER,
  type Terminal,
} from './terminal.ts';

let terminal: Terminal;

beforeAll(async () => {
  terminal = await openTerminal();
}, 600_000);

afterAll(() => terminal?.close());

describe('the set-up of a repository on another host than github.com', () => {
  const useHost = async (host: string) => {
    const origin = `git@${host}:${REPOSITORY}.git`;
    await run('git', ['-C', terminal.checkout, 'remote', 'set-url', 'origin', origin]);
    terminal.env['GH_ENTERPRISE_TOKEN'] = terminal.env['GH_TOKEN'];
  };

  it('on ghe.com trusts the issuer of the tenant', async () => {
    await useHost('acme.ghe.com');
    const printed = await terminal.setUp(`--region ${REGION}`, ['branch', 'none', 'no']);
    expect(printed).toContain('and the identity provider token.actions.acme.ghe.com');
  });

  it('on a server trusts its tokens only, by the provider that was there before, and needs no workflow of the pack', async () => {
    await useHost('git.acme.example');
    const iam = new IAMClient({
      endpoint: terminal.aws.endpoint,
      region: REGION,
      credentials: CREDENTIALS,
    });
    const provider = { Url: SERVER_ISSUER, ClientIDList: ['sts.amazonaws.com'] };
    await iam.send(new CreateOpenIDConnectProviderCommand(provider));
    const account = await terminal.stateOfAws();
    const { rulesets } = terminal.github.repository(REPOSITORY);
    rulesets.push({ id: 1, name: 'eks-multus' }, { id: 2, name: 'of-others' });
    const options = `--region ${REGION} --protection branch --admins none --yes`;
    expect(await terminal.setUp(`${options} --workflows by-hand`)).toContain(
      'allowed on git.acme.example: actions-only',
    );
    expect(await terminal.stateOfAws()).toEqual(account);

    const printed = await terminal.setUp(options);
    expect(printed).not.toContain('and the identity provider');
    expect(printed).toContain('gh workflow run multus-actions-only.yml');
    expect(rulesets).toEqual([{ id: 2, name: 'of-others' }]);
    expect([...terminal.workflowFiles().keys()]).toEqual(['multus-actions-only.yml']);
    const workflow = '.github/workflows/multus-actions-only.yml';
    const { calledWorkflow: _, ...own } = jobWith({ workflow, issuer: SERVER_ISSUER });
    expect(await terminal.outcomeOf(own)).toBe('assumes the role');
    expect(await terminal.outcomeOf({ ...own, environment: 'other' })).toBe('AccessDenied');
    expect(await terminal.outcomeOf({ ...own, issuer: GITHUB_ISSUER })).not.toBe(
      'assumes the role',
    );
    expect(await terminal.setUp('--doctor')).toContain('\n0 problems.');
    expect(await terminal.setUp('--undo --yes')).toContain('Undone.');
    expect(await terminal.stateOfAws()).toEqual(account);
  }, 300_000);
});
