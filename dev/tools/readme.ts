import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { REGION } from '../stand-ins/aws/testing/local-aws.ts';
import { answersWhenQuiet } from '../stand-ins/aws/testing/quiet-cloudformation.ts';
import { startTestAws, type TestAws } from '../stand-ins/aws/testing/stand-in.ts';
import { type GithubApi, startGithubApi } from '../stand-ins/github/api/server.ts';
import type { RepositoryState } from '../stand-ins/github/api/state.ts';
import { PACK } from '../stand-ins/github/repositories.ts';
import { awsCommandFolder, setup as startAwsCommand } from '../testing/aws-command/aws-command.ts';
import { type BlockName, blockNames, readmeBlock } from '../testing/contract/readme-blocks.ts';
import { type Desk, startDesk } from '../testing/desk/desk.ts';
import { pushedFiles } from '../testing/desk/pushed.ts';
import { scratchFolder } from './checkout.ts';

const REPOSITORY = 'acme/telecom-lab';
const OWNER = { accessKeyId: 'AKIAREHEARSALOWNER00', secretAccessKey: 'owner' };

/** What a person answers to the questions of a block. */
const ANSWERS: Partial<Readonly<Record<BlockName, readonly string[]>>> = {
  'set up': [REGION, 'branch', '', 'yes'],
  'add previews': ['yes'],
  undo: ['yes'],
};

/**
 * Runs the blocks of the README that need no cluster, one after another, with the real git, gh and aws against stand-ins of
 * GitHub and AWS. No workflow runs.
 *
 * @throws Error when a command fails, starts something else, or leaves something behind
 */
export async function runReadme(): Promise<void> {
  const folder = scratchFolder('readme');
  const api = await startGithubApi(0);
  // `aws cloudformation deploy` looks at its change set every five seconds.
  const aws = await startTestAws(answersWhenQuiet('DescribeChangeSet'));
  const account = { endpoint: aws.endpoint, region: REGION, credentials: OWNER };
  const stopAwsCommand = await startAwsCommand();
  try {
    const command = join(awsCommandFolder(), 'aws');
    const desk = await startDesk({ api, repository: REPOSITORY, account, folder, aws: command });
    for (const name of blockNames('check')) {
      const commands = readmeBlock(name).replaceAll('OWNER/eks-multus-actions', PACK);
      await desk.type(commands, ANSWERS[name]);
    }
    const problems = [
      ...asked(api),
      ...(await leftOver(desk, api.repository(REPOSITORY))),
      ...(await stacks(aws)),
    ];
    await desk.leave();
    if (problems.length > 0) throw new Error(problems.join('\n'));
  } finally {
    await Promise.all([api.stop(), aws.stop(), stopAwsCommand()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with the calls of GitHub. */
function asked(api: GithubApi): readonly string[] {
  const { dispatches } = api.repository(REPOSITORY);
  const started = dispatches.map(({ workflow, inputs }) => `${workflow} ${inputs['what']}`);
  const wanted = ['check', 'plan', 'deploy', 'destroy'].map((what) => `multus-by-hand.yml ${what}`);
  const same = started.join() === wanted.join();
  return [
    ...(same ? [] : [`the README starts ${started.join(', ')}; expected ${wanted.join(', ')}`]),
    ...api.calls.flatMap(({ operation, problems }) =>
      problems.map((problem) => `${operation}: ${problem}`),
    ),
  ];
}

async function leftOver(desk: Desk, state: RepositoryState): Promise<readonly string[]> {
  const { environments, labels, rulesets, variables } = state;
  const rules = [...environments.keys(), ...rulesets.map(({ name }) => String(name))];
  const names = [...rules, ...labels, ...variables.keys()];
  const left = [...names, ...(await pushedFiles(desk.origin)), ...desk.files()];
  return left.map((one) => `the README leaves ${one}`);
}

async function stacks({ clients }: TestAws): Promise<readonly string[]> {
  const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({}));
  return Stacks.map(({ StackName }) => `the README leaves the stack ${StackName}`);
}
