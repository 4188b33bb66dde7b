import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import { addEnvironment } from '../../stand-ins/github/api/state.ts';
import { mayDeploy } from '../../stand-ins/github/environment-rules.ts';
import type { OidcJob } from '../../stand-ins/github/oidc.ts';
import { readmeBlock } from '../contract/readme-blocks.ts';
import {
  jobWith,
  MAIN,
  openTerminal,
  PACK,
  REPOSITORY,
  ROLE,
  type Terminal,
  WORKFLOWS,
} from './terminal.ts';

const EXAMPLES = [
  'by-hand',
  'in-one-job',
  'pinned-to-a-commit',
  'pull-request-preview',
  'application-in-preview',
  'scheduled-teardown',
];
const ALL = EXAMPLES.join();

let before: Awaited<ReturnType<Terminal['stateOfAws']>>;
let terminal: Terminal;

beforeAll(async () => {
  terminal = await openTerminal();
}, 600_000);

afterAll(() => terminal?.close());

describe('a set-up that nobody confirms', () => {
  it('says what it would do, and does nothing', async () => {
    before = await terminal.stateOfAws();
    const github = terminal.stateOfGithub();
    const printed = await terminal.setUp('', [REGION, 'reviews', 'none', 'no']);
    expect(printed).toContain('roles eks-multus-deployer and eks-multus-cloudformation, and the');
    expect(printed).toContain('environment eks-multus: only main may deploy');
    expect(printed).toContain('setup: nothing was changed');
    expect(terminal.stateOfGithub()).toEqual(github);
    expect(await terminal.stateOfAws()).toEqual(before);
  });

  it.each([
    ['--region mars', '--region: got "mars"; allowed: an AWS region'],
    [`--region ${REGION} --protection none`, '--protection: got "none"; allowed: branch'],
    ['--regoin eu-west-1', 'unknown option "--regoin"'],
    ['--repository acme/gone', 'GitHub shows you no repository acme/gone'],
    [
      `--region ${REGION} --protection branch --admins none --workflows by-hnd`,
      '--workflows: got "by-hnd"; allowed: the names in the folder examples of',
    ],
  ])('%s is refused', async (options, says) => {
    expect(await terminal.setUp(`${options} --yes`)).toContain(says);
    expect(await terminal.stateOfAws()).toEqual(before);
  });
});

describe('the set-up of the README', () => {
  let printed: string;
  beforeAll(async () => {
    const named = readmeBlock('set up').replaceAll('OWNER/eks-multus-actions', PACK);
    const answers = [REGION, 'reviews', 'arn:aws:iam::123456789012:user/ann', 'yes'];
    printed = await terminal.typed(named, answers);
  }, 300_000);

  it('makes the roles, asks for few decisions, and calls GitHub as its description says', () => {
    expect(printed).toContain('The stack github-for-eks-multus is deployed.');
    const [, decisions] = /You made (\d+) decisions/.exec(printed) ?? [];
    expect(Number(decisions)).toBeLessThanOrEqual(6);
    expect(terminal.github.calls.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('protects the environment and the main branch, and sets the variables', () => {
    const { environments, rulesets, variables } = terminal.github.repository(REPOSITORY);
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
    const files = terminal.workflowFiles();
    expect([...files.keys()]).toEqual(['multus-by-hand.yml']);
    const text = files.get('multus-by-hand.yml') ?? '';
    expect(text).not.toMatch(/OWNER|111122223333/);
    const { jobs } = parse(text) as { jobs: { deploy: { uses: string } } };
    expect(jobs.deploy.uses).toBe(`${WORKFLOWS}/provision.yml@v1`);
    expect(await terminal.setUp('--doctor')).toContain('\n0 problems.');
  });

  it.each(['provision', 'destroy', 'reap', 'sleep', 'maintain'])(
    '%s.yml of the pack, on the main branch, assumes the role',
    async (name) => {
      const calledWorkflow = `${WORKFLOWS}/${name}.yml@refs/tags/v1`;
      expect(await terminal.outcomeOf(jobWith({ calledWorkflow }))).toBe('assumes the role');
    },
  );

  const exampleIds = { owner: 1, repository: 1296269 };

  it('a repository whose tokens have ids assumes the role', async () => {
    expect(await terminal.outcomeOf(jobWith({ ids: exampleIds }))).toBe('assumes the role');
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
    expect(await terminal.outcomeOf(jobWith(change))).toBe(expected);
  });
});

describe('the set-up again', () => {
  const options = `--region ${REGION} --protection reviewers --reviewers ben,acme/operators --admins none --yes`;

  it('adds previews and an application, and the second time changes nothing', async () => {
    const first = await terminal.setUp(`${options} --workflows ${ALL}`);
    expect(first).toContain('The stack github-users-for-eks-multus is deployed.');
    const [once, files] = [
      [terminal.stateOfGithub(), await terminal.stateOfAws()],
      terminal.workflowFiles(),
    ];
    // The workflows say where the pack is.
    expect(await terminal.typed(`bash setup.sh ${options} --workflows ${ALL}`)).toContain(
      'The stack github-for-eks-multus is unchanged.',
    );
    expect([terminal.stateOfGithub(), await terminal.stateOfAws()]).toEqual(once);
    expect(terminal.workflowFiles()).toEqual(files);
    expect([...files.keys()].sort()).toEqual(EXAMPLES.map((name) => `multus-${name}.yml`).sort());
    expect([...files.values()].join()).not.toMatch(/OWNER|111122223333|0{40}/);
  }, 300_000);

  it('lets reviewers approve, and removes the administrators', () => {
    const { environments, variables } = terminal.github.repository(REPOSITORY);
    expect(environments.get('eks-multus')?.reviewers).toEqual(['User 583232', 'Team 4711']);
    expect([...variables.keys()]).not.toContain('EKS_MULTUS_ADMINS');
  });

  it('leaves what people have set beside the reviewers', async () => {
    const { environments } = terminal.github.repository(REPOSITORY);
    const made = environments.get('eks-multus');
    if (made === undefined) throw new Error('no environment');
    const stricter = { ...made, preventsSelfReview: true, waitMinutes: 30 };
    environments.set('eks-multus', stricter);
    await terminal.setUp(`${options} --workflows ${ALL}`);
    expect(environments.get('eks-multus')).toEqual(stricter);
    environments.set('eks-multus', made);
  }, 120_000);

  it('makes the labels of previews', () => {
    expect([...terminal.github.repository(REPOSITORY).labels]).toEqual([
      'multus-preview',
      'multus-preview-keep',
      'multus-preview-awake',
    ]);
  });

  it('gives previews an environment that admits pull requests and the main branch', async () => {
    const state = terminal.github.repository(REPOSITORY);
    const refs = [MAIN, 'refs/pull/7/merge', 'refs/heads/change', 'refs/tags/v1'];
    expect(refs.filter((ref) => mayDeploy(state, 'eks-multus-previews', ref))).toEqual([
      MAIN,
      'refs/pull/7/merge',
    ]);
    const preview = {
      environment: 'eks-multus-previews',
      calledWorkflow: `${WORKFLOWS}/preview.yml@refs/tags/v1`,
    };
    expect(await terminal.outcomeOf(jobWith(preview))).toBe('assumes the role');
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
      expect(await terminal.outcomeOf(own)).toBe(expected);
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
    expect(await terminal.outcomeOf(jobWith({ calledWorkflow, ...change }), user)).toBe(expected);
  });
});

describe('a repository whose plan has no reviewers', () => {
  const options = `--region ${REGION} --admins none --workflows ${ALL} --yes`;

  it('is set up without them, also with previews, and says why reviewers are not possible', async () => {
    const state = terminal.github.repository(REPOSITORY);
    await terminal.setUp(`${options} --protection reviews`);
    state.hasApprovals = false;
    expect(await terminal.setUp(`${options} --protection reviews`)).toContain('\nDone. ');
    const before = terminal.stateOfGithub();
    const printed = await terminal.setUp(`${options} --protection reviewers --reviewers ben`);
    expect(printed).toContain(
      'setup: GitHub refuses rules for the environment eks-multus. Private',
    );
    expect(terminal.stateOfGithub()).toEqual(before);
    state.hasApprovals = true;
  }, 120_000);
});

describe('undo', () => {
  it('removes all that the set-up and previews made; again, it changes nothing', async () => {
    const state = terminal.github.repository(REPOSITORY);
    for (const name of ['eks-multus-pr-7', 'eks-multus-pr-7-of-others', 'production'])
      addEnvironment(state, name);
    for (const _ of ['once', 'twice']) {
      expect(await terminal.setUp(`--undo --region ${REGION} --yes`)).toContain('Undone.');
      expect(await terminal.stateOfAws()).toEqual(before);
      const { environments, labels, rulesets, variables } = state;
      expect([...environments.keys()]).toEqual(['eks-multus-pr-7-of-others', 'production']);
      expect([rulesets, labels.size, variables.size]).toEqual([[], 0, 0]);
      expect(readdirSync(join(terminal.checkout, '.github', 'workflows'))).toEqual([]);
    }
  }, 120_000);
});
