import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { CreateOpenIDConnectProviderCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packFile } from '../../../src/core/pack-files.ts';
import { takeInventory } from '../../stand-ins/aws/inventory.ts';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import { answersWhenQuiet } from '../../stand-ins/aws/testing/quiet-cloudformation.ts';
import { startTestAws, type TestAws } from '../../stand-ins/aws/testing/stand-in.ts';
import { type GithubApi, startGithubApi } from '../../stand-ins/github/api/server.ts';
import { addEnvironment } from '../../stand-ins/github/api/state.ts';
import { mayDeploy } from '../../stand-ins/github/environment-rules.ts';
import { type GhCommand, leadGh } from '../../stand-ins/github/gh-command.ts';
import {
  GITHUB_ISSUER,
  type OidcIssuer,
  type OidcJob,
  startOidcIssuer,
} from '../../stand-ins/github/oidc.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { run } from '../../tools/process.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { readmeBlock } from '../contract/readme-blocks.ts';
import { runCommands } from '../programs/document-commands.ts';

const REPOSITORY = 'acme/lab';
const PACK = 'acme/eks-multus-actions';
const WORKFLOWS = `${PACK}/.github/workflows`;
const ROLE = 'arn:aws:iam::123456789012:role/eks-multus-deployer';
const MAIN = 'refs/heads/main';
const EXAMPLES = [
  'by-hand',
  'in-one-job',
  'pinned-to-a-commit',
  'pull-request-preview',
  'application-in-preview',
  'scheduled-teardown',
];
const ALL = EXAMPLES.join();
/** Who signs the tokens of a server: https://docs.github.com/enterprise-server@latest/actions/reference/security/oidc */
const SERVER_ISSUER = 'https://git.acme.example/_services/token';
const CREDENTIALS = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };

let aws: TestAws;
let github: GithubApi;
let gh: GhCommand;
let issuer: OidcIssuer;
/** A checkout of the repository. */
let checkout: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const { bin, venv } = await ensureTools(['moto', 'gh'], consoleProgress());
  github = await startGithubApi(0);
  github.repository(PACK).readFile = (path, ref) =>
    ref === 'v1' ? readFileSync(packFile(path)) : undefined;
  gh = await leadGh(github, github.personalToken('ann', REPOSITORY, PACK));
  issuer = await startOidcIssuer(0, { repository: REPOSITORY, ref: MAIN, workflow: 'x.yml' });
  aws = await startTestAws({
    jwksUrls: { [GITHUB_ISSUER]: issuer.jwksUrl, [SERVER_ISSUER]: issuer.jwksUrl },
    // The set-up must not take an outdated answer for the end of an operation.
    switches: { staleReads: 2 },
    // `aws cloudformation deploy` looks at its change set every five seconds.
    ...answersWhenQuiet('DescribeChangeSet'),
  });
  checkout = mkdtempSync(join(tmpdir(), 'checkout-'));
  await run('git', ['-C', checkout, 'init', '--quiet']);
  const origin = `https://github.com/${REPOSITORY}.git`;
  await run('git', ['-C', checkout, 'remote', 'add', 'origin', origin]);
  env = {
    ...gh.env,
    PATH: `${bin}:${join(venv, 'bin')}:${process.env['PATH']}`,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
}, 600_000);

afterAll(async () => {
  if (checkout !== undefined) rmSync(checkout, { recursive: true });
  await aws?.stop();
  await issuer?.stop();
  await gh?.stop();
  await github?.stop();
});

/** Runs commands in the checkout of the repository. `answers` are what a person types, one a line. */
async function typed(commands: string, answers: readonly string[] = []): Promise<string> {
  const terminal = join(checkout, '.git', 'answers');
  writeFileSync(terminal, answers.map((answer) => `${answer}\n`).join(''));
  const failed = (error: { stdout: string; stderr: string }) => error.stdout + error.stderr;
  return runCommands(commands, { ...env, SETUP_TERMINAL: terminal }, checkout).catch(failed);
}

const setUp = (options: string, answers?: readonly string[]) =>
  typed(`bash '${packFile('scripts', 'setup.sh')}' --pack ${PACK} ${options}`, answers);

/** What a set-up changes in GitHub. */
function stateOfGithub() {
  const { environments, labels, rulesets, variables } = github.repository(REPOSITORY);
  return structuredClone({ environments, labels, rulesets, variables });
}

async function stateOfAws() {
  const inventory = await takeInventory({ endpoint: aws.endpoint, region: REGION });
  const { Stacks = [] } = await aws.clients.cloudFormation.send(new DescribeStacksCommand({}));
  return { inventory, stacks: Stacks.map(({ StackId, Parameters }) => ({ StackId, Parameters })) };
}

const workflowFiles = () => {
  const folder = join(checkout, '.github', 'workflows');
  return new Map(
    readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
};

/** A job that calls `provision.yml` of the pack on the main branch, with what a row changes. */
function jobWith(change: Partial<OidcJob>): OidcJob {
  return {
    repository: REPOSITORY,
    ref: MAIN,
    workflow: '.github/workflows/multus-by-hand.yml',
    environment: 'eks-multus',
    calledWorkflow: `${WORKFLOWS}/provision.yml@refs/tags/v1`,
    ...change,
  };
}

/** What becomes of a job that asks for a role: GitHub may not start it, STS may not trust its token. */
async function outcomeOf(job: OidcJob, role = ROLE): Promise<string> {
  const { environment, ref, repository } = job;
  const state = github.repository(repository);
  if (environment !== undefined && !mayDeploy(state, environment, ref)) return 'not started';
  const url = `${issuer.requestUrl}&audience=sts.amazonaws.com`;
  const headers = { authorization: `Bearer ${issuer.requestTokenFor(job)}` };
  const { value } = (await (await fetch(url, { headers })).json()) as { value: string };
  const sts = new STSClient({ endpoint: aws.endpoint, region: REGION });
  const asked = { RoleArn: role, RoleSessionName: 'run-1', WebIdentityToken: value };
  try {
    const { AssumedRoleUser: user } = await sts.send(new AssumeRoleWithWebIdentityCommand(asked));
    const name = role.split('/').at(-1);
    return user?.Arn?.includes(`assumed-role/${name}`) ? 'assumes the role' : 'strange';
  } catch (error) {
    return (error as Error).name;
  }
}

let before: Awaited<ReturnType<typeof stateOfAws>>;

describe('a set-up that nobody confirms', () => {
  it('says what it would do, and does nothing', async () => {
    before = await stateOfAws();
    const github = stateOfGithub();
    const printed = await setUp('', [REGION, 'reviews', 'none', 'no']);
    expect(printed).toContain('roles eks-multus-deployer and eks-multus-cloudformation, and the');
    expect(printed).toContain('environment eks-multus: only main may deploy');
    expect(printed).toContain('setup: nothing was changed');
    expect(stateOfGithub()).toEqual(github);
    expect(await stateOfAws()).toEqual(before);
  });

  it.each([
    ['--region mars', '--region: got "mars"; allowed: an AWS region'],
    [`--region ${REGION} --protection none`, '--protection: got "none"; allowed: branch'],
    ['--regoin eu-west-1', 'unknown option "--regoin"'],
    ['--repository acme/gone', 'GitHub shows you no repository acme/gone'],
  ])('%s is refused', async (options, says) => {
    expect(await setUp(`${options} --yes`)).toContain(says);
    expect(await stateOfAws()).toEqual(before);
  });
});

describe('the set-up of the README', () => {
  let printed: string;
  beforeAll(async () => {
    const named = readmeBlock('set up').replaceAll('OWNER/eks-multus-actions', PACK);
    const answers = [REGION, 'reviews', 'arn:aws:iam::123456789012:user/ann', 'yes'];
    printed = await typed(named, answers);
  }, 300_000);

  it('makes the roles, asks for few decisions, and calls GitHub as its description says', () => {
    expect(printed).toContain('The stack github-for-eks-multus is deployed.');
    const [, decisions] = /You made (\d+) decisions/.exec(printed) ?? [];
    expect(Number(decisions)).toBeLessThanOrEqual(6);
    expect(github.calls.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('protects the environment and the main branch, and sets the variables', () => {
    const { environments, rulesets, variables } = github.repository(REPOSITORY);
    expect([...environments.values()]).toMatchObject([
      { name: 'eks-multus', deployers: ['main'], reviewers: [] },
    ]);
    expect(rulesets).toMatchObject([
      {
        enforcement: 'active',
        conditions: { ref_name: { include: ['~DEFAULT_BRANCH'] } },
        rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }, { type: 'pull_request' }],
      },
    ]);
    expect(Object.fromEntries(variables)).toEqual({
      EKS_MULTUS_REGION: REGION,
      EKS_MULTUS_DEPLOYER_ROLE: ROLE,
      EKS_MULTUS_CLOUDFORMATION_ROLE: 'arn:aws:iam::123456789012:role/eks-multus-cloudformation',
      EKS_MULTUS_ADMINS: 'arn:aws:iam::123456789012:user/ann',
    });
  });

  it('writes a workflow with real values, which the doctor finds in order', async () => {
    const files = workflowFiles();
    expect([...files.keys()]).toEqual(['multus-by-hand.yml']);
    const text = files.get('multus-by-hand.yml') ?? '';
    expect(text).not.toMatch(/OWNER|111122223333/);
    const { jobs } = parse(text) as { jobs: { deploy: { uses: string } } };
    expect(jobs.deploy.uses).toBe(`${WORKFLOWS}/provision.yml@v1`);
    expect(await setUp('--doctor')).toContain('\n0 problems.');
  });

  it.each(['provision', 'destroy', 'reap', 'sleep', 'maintain'])(
    '%s.yml of the pack, on the main branch, assumes the role',
    async (name) => {
      const calledWorkflow = `${WORKFLOWS}/${name}.yml@refs/tags/v1`;
      expect(await outcomeOf(jobWith({ calledWorkflow }))).toBe('assumes the role');
    },
  );

  const exampleIds = { owner: 1, repository: 1296269 };

  it('a repository whose tokens have ids assumes the role', async () => {
    expect(await outcomeOf(jobWith({ ids: exampleIds }))).toBe('assumes the role');
  });

  it.each<[string, Partial<OidcJob>, string]>([
    ['the pack on a branch of its own', { ref: 'refs/heads/change' }, 'not started'],
    [
      'the pack in a pull request',
      { ref: 'refs/pull/7/merge', event: 'pull_request' },
      'not started',
    ],
    [
      'a workflow of the repository in the environment',
      { calledWorkflow: `${REPOSITORY}/.github/workflows/lab.yml@${MAIN}` },
      'AccessDenied',
    ],
    [
      'another workflow of the pack',
      { calledWorkflow: `${WORKFLOWS}/ci.yml@refs/tags/v1` },
      'AccessDenied',
    ],
    [
      'the pack at another ref',
      { calledWorkflow: `${WORKFLOWS}/provision.yml@refs/heads/main` },
      'AccessDenied',
    ],
    [
      'the pack at a branch whose name ends like the tag',
      { calledWorkflow: `${WORKFLOWS}/provision.yml@refs/heads/x@refs/tags/v1` },
      'AccessDenied',
    ],
    [
      'a fork of the pack',
      { calledWorkflow: `evil/eks-multus-actions/.github/workflows/provision.yml@refs/tags/v1` },
      'AccessDenied',
    ],
    ['no environment', { environment: undefined }, 'AccessDenied'],
    [
      'a pull request without an environment',
      { environment: undefined, event: 'pull_request', ref: 'refs/pull/7/merge' },
      'AccessDenied',
    ],
    ['an environment that a job creates', { environment: 'pr-1' }, 'AccessDenied'],
    ['an environment of a longer name', { environment: 'eks-multus-2' }, 'AccessDenied'],
    ['another repository', { repository: 'acme/other' }, 'AccessDenied'],
    [
      'a repository of the same name with another id',
      { ids: { ...exampleIds, repository: 2 } },
      'AccessDenied',
    ],
  ])('%s does not', async (_, change, expected) => {
    expect(await outcomeOf(jobWith(change))).toBe(expected);
  });
});

describe('the set-up again', () => {
  const options = `--region ${REGION} --protection reviewers --reviewers ben,acme/operators --admins none --yes`;

  it('adds previews and an application, and the second time changes nothing', async () => {
    const first = await setUp(`${options} --workflows ${ALL}`);
    expect(first).toContain('The stack github-users-for-eks-multus is deployed.');
    const [once, files] = [[stateOfGithub(), await stateOfAws()], workflowFiles()];
    // The workflows say where the pack is.
    expect(await typed(`bash setup.sh ${options} --workflows ${ALL}`)).toContain(
      'The stack github-for-eks-multus is unchanged.',
    );
    expect([stateOfGithub(), await stateOfAws()]).toEqual(once);
    expect(workflowFiles()).toEqual(files);
    expect([...files.keys()].sort()).toEqual(EXAMPLES.map((name) => `multus-${name}.yml`).sort());
    expect([...files.values()].join()).not.toMatch(/OWNER|111122223333|0{40}/);
  }, 300_000);

  it('lets reviewers approve, and removes the administrators', () => {
    const { environments, variables } = github.repository(REPOSITORY);
    expect(environments.get('eks-multus')?.reviewers).toEqual(['User 583232', 'Team 4711']);
    expect([...variables.keys()]).not.toContain('EKS_MULTUS_ADMINS');
  });

  it('makes the labels of previews', () => {
    expect([...github.repository(REPOSITORY).labels]).toEqual([
      'multus-preview',
      'multus-preview-keep',
      'multus-preview-awake',
    ]);
  });

  it('gives previews an environment that admits pull requests and the main branch', async () => {
    const state = github.repository(REPOSITORY);
    const refs = [MAIN, 'refs/pull/7/merge', 'refs/heads/change', 'refs/tags/v1'];
    expect(refs.filter((ref) => mayDeploy(state, 'eks-multus-previews', ref))).toEqual([
      MAIN,
      'refs/pull/7/merge',
    ]);
    const preview = {
      environment: 'eks-multus-previews',
      calledWorkflow: `${WORKFLOWS}/preview.yml@refs/tags/v1`,
    };
    expect(await outcomeOf(jobWith(preview))).toBe('assumes the role');
  });

  it.each<[string, Partial<OidcJob>, string]>([
    ['on the main branch', {}, 'assumes the role'],
    [
      'in a pull request',
      { environment: 'eks-multus-previews', ref: 'refs/pull/7/merge', event: 'pull_request' },
      'AccessDenied',
    ],
    ['of another name', { workflow: '.github/workflows/other.yml' }, 'AccessDenied'],
  ])(
    'a workflow that uses the actions in a job of its own, %s: %s',
    async (_, change, expected) => {
      const workflow = '.github/workflows/multus-in-one-job.yml';
      const { calledWorkflow: __, ...own } = jobWith({ workflow, ...change });
      expect(await outcomeOf(own)).toBe(expected);
    },
  );

  it.each([
    ['the own job of a preview', { environment: 'eks-multus-previews' }, 'assumes the role'],
    ['a job of the main environment', { environment: 'eks-multus' }, 'AccessDenied'],
    ['a job without an environment', { environment: undefined }, 'AccessDenied'],
    [
      'another repository',
      { environment: 'eks-multus-previews', repository: 'acme/other' },
      'AccessDenied',
    ],
  ])('the role of your own jobs, for %s: %s', async (_, change, expected) => {
    const calledWorkflow = `${REPOSITORY}/.github/workflows/application.yml@${MAIN}`;
    const user = 'arn:aws:iam::123456789012:role/eks-multus-user';
    expect(await outcomeOf(jobWith({ calledWorkflow, ...change }), user)).toBe(expected);
  });
});

describe('the doctor', () => {
  it('names everything that is wrong, in one run', async () => {
    const state = github.repository(REPOSITORY);
    const known = state.environments.get('eks-multus');
    if (known === undefined) throw new Error('no environment');
    const file = join(checkout, '.github', 'workflows', 'multus-by-hand.yml');
    const text = readFileSync(file, 'utf8');
    state.subjectClaims = ['repo', 'context'];
    state.environments.set('eks-multus', { ...known, deployers: 'any' });
    state.variables.set('EKS_MULTUS_DEPLOYER_ROLE', 'arn:aws:iam::1:role/other');
    writeFileSync(file, text.replaceAll('@v1', '@main'));
    const printed = await setUp('--doctor');
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
    expect(await setUp('--doctor --region eu-west-1')).toContain(says);
  });
});

describe('undo', () => {
  const template = JSON.stringify({
    Resources: { Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'kept' } } },
  });

  it('is refused while an environment exists', async () => {
    const StackName = 'eks-multus-lab';
    const Tags = [{ Key: 'eks-multus:environment', Value: StackName }];
    const { cloudFormation } = aws.clients;
    const set = { StackName, ChangeSetName: 'make' };
    const asked = { ...set, Tags, TemplateBody: template, ChangeSetType: 'CREATE' } as const;
    const waiting = { client: cloudFormation, minDelay: 1, maxDelay: 1, maxWaitTime: 60 };
    await cloudFormation.send(new CreateChangeSetCommand(asked));
    await waitUntilChangeSetCreateComplete(waiting, set);
    await cloudFormation.send(new ExecuteChangeSetCommand(set));
    await waitUntilStackCreateComplete(waiting, { StackName });
    const kept = [stateOfGithub(), await stateOfAws()];
    expect(await setUp('--undo --yes')).toContain('these environments exist: eks-multus-lab;');
    expect([stateOfGithub(), await stateOfAws()]).toEqual(kept);
    await cloudFormation.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete(waiting, { StackName });
  });

  it('removes all that the set-up and previews made; again, it changes nothing', async () => {
    const state = github.repository(REPOSITORY);
    for (const name of ['eks-multus-pr-7', 'eks-multus-pr-7-of-others', 'production'])
      addEnvironment(state, name);
    for (const _ of ['once', 'twice']) {
      expect(await setUp(`--undo --region ${REGION} --yes`)).toContain('Undone.');
      expect(await stateOfAws()).toEqual(before);
      const { environments, labels, rulesets, variables } = state;
      expect([...environments.keys()]).toEqual(['eks-multus-pr-7-of-others', 'production']);
      expect([rulesets, labels.size, variables.size]).toEqual([[], 0, 0]);
      expect(readdirSync(join(checkout, '.github', 'workflows'))).toEqual([]);
    }
  }, 120_000);
});

describe('the set-up of a repository on another host than github.com', () => {
  const useHost = async (host: string) => {
    const origin = `git@${host}:${REPOSITORY}.git`;
    await run('git', ['-C', checkout, 'remote', 'set-url', 'origin', origin]);
    env = { ...env, GH_ENTERPRISE_TOKEN: env['GH_TOKEN'] };
  };

  it('on ghe.com trusts the issuer of the tenant', async () => {
    await useHost('acme.ghe.com');
    const printed = await setUp(`--region ${REGION}`, ['branch', 'none', 'no']);
    expect(printed).toContain('and the identity provider token.actions.acme.ghe.com');
  });

  it('on a server trusts its tokens only, by the provider that was there before, and needs no workflow of the pack', async () => {
    await useHost('git.acme.example');
    const iam = new IAMClient({
      endpoint: aws.endpoint,
      region: REGION,
      credentials: CREDENTIALS,
    });
    const provider = { Url: SERVER_ISSUER, ClientIDList: ['sts.amazonaws.com'] };
    await iam.send(new CreateOpenIDConnectProviderCommand(provider));
    const account = await stateOfAws();
    const { rulesets } = github.repository(REPOSITORY);
    rulesets.push({ id: 1, name: 'eks-multus' }, { id: 2, name: 'of-others' });
    const options = `--region ${REGION} --protection branch --admins none --yes`;
    expect(await setUp(`${options} --workflows by-hand`)).toContain(
      'allowed on git.acme.example: actions-only',
    );
    expect(await stateOfAws()).toEqual(account);

    const printed = await setUp(options);
    expect(printed).not.toContain('and the identity provider');
    expect(printed).toContain('gh workflow run multus-actions-only.yml');
    expect(rulesets).toEqual([{ id: 2, name: 'of-others' }]);
    expect([...workflowFiles().keys()]).toEqual(['multus-actions-only.yml']);
    const workflow = '.github/workflows/multus-actions-only.yml';
    const { calledWorkflow: _, ...own } = jobWith({ workflow, issuer: SERVER_ISSUER });
    expect(await outcomeOf(own)).toBe('assumes the role');
    expect(await outcomeOf({ ...own, environment: 'other' })).toBe('AccessDenied');
    expect(await outcomeOf({ ...own, issuer: GITHUB_ISSUER })).not.toBe('assumes the role');
    expect(await setUp('--doctor')).toContain('\n0 problems.');
    expect(await setUp('--undo --yes')).toContain('Undone.');
    expect(await stateOfAws()).toEqual(account);
  }, 300_000);
});
