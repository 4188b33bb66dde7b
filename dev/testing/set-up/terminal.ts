import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { packFile } from '../../../src/core/pack-files.ts';
import { takeInventory } from '../../stand-ins/aws/inventory.ts';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import { answersWhenQuiet } from '../../stand-ins/aws/testing/quiet-cloudformation.ts';
import { startTestAws, type TestAws } from '../../stand-ins/aws/testing/stand-in.ts';
import { type GithubApi, startGithubApi } from '../../stand-ins/github/api/server.ts';
import { mayDeploy } from '../../stand-ins/github/environment-rules.ts';
import { leadGh } from '../../stand-ins/github/gh-command.ts';
import {
  GITHUB_ISSUER,
  type OidcIssuer,
  type OidcJob,
  startOidcIssuer,
} from '../../stand-ins/github/oidc.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { run } from '../../tools/process.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { awsCommandFolder } from '../aws-command/aws-command.ts';
import { runCommands } from '../programs/document-commands.ts';

export const REPOSITORY = 'acme/lab';
export const PACK = 'acme/eks-multus-actions';
export const WORKFLOWS = `${PACK}/.github/workflows`;
export const ROLE = 'arn:aws:iam::123456789012:role/eks-multus-deployer';
export const MAIN = 'refs/heads/main';
/** Who signs the tokens of a server: https://docs.github.com/enterprise-server@latest/actions/reference/security/oidc */
export const SERVER_ISSUER = 'https://git.acme.example/_services/token';
export const CREDENTIALS = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };

/** What a repository and an account look like, to compare before and after. */
type State<T> = () => Promise<T>;

/** The terminal of a person who sets up a repository on the stand-in for GitHub and an account on that for AWS. */
export interface Terminal {
  readonly aws: TestAws;
  readonly github: GithubApi;
  /** A checkout of the repository. */
  readonly checkout: string;
  /** What the commands that are typed see. A test may add to it. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs commands in the checkout, and gives what they print, whatever their end. `answers` are typed, one a line. */
  typed(commands: string, answers?: readonly string[]): Promise<string>;
  /** Runs the pack's `setup.sh` with options. */
  setUp(options: string, answers?: readonly string[]): Promise<string>;
  /** What a set-up changes in the account. */
  stateOfAws: State<{ inventory: unknown; stacks: unknown }>;
  /** What a set-up changes in GitHub. */
  stateOfGithub(): object;
  /** The text of each workflow in the checkout, by its file name. */
  workflowFiles(): ReadonlyMap<string, string>;
  /** What becomes of a job that asks for a role: GitHub may not start it, STS may not trust its token. */
  outcomeOf(job: OidcJob, role?: string): Promise<string>;
  close(): Promise<void>;
}

/** Makes the repository, the account and a checkout, and opens a terminal there. */
export async function openTerminal(): Promise<Terminal> {
  await ensureTools(['gh'], consoleProgress());
  const github = await startGithubApi(0);
  github.repository(PACK).readFile = (path, ref) =>
    ref === 'v1' && existsSync(packFile(path)) ? readFileSync(packFile(path)) : undefined;
  const gh = await leadGh(github, github.personalToken('ann', REPOSITORY, PACK));
  const issuer = await startOidcIssuer(0, { repository: REPOSITORY, ref: MAIN, workflow: 'x.yml' });
  const aws = await startTestAws({
    jwksUrls: { [GITHUB_ISSUER]: issuer.jwksUrl, [SERVER_ISSUER]: issuer.jwksUrl },
    // The set-up must not take an outdated answer for the end of an operation.
    switches: { staleReads: 2 },
    // `aws cloudformation deploy` looks at its change set every five seconds.
    ...answersWhenQuiet('DescribeChangeSet'),
  });
  const checkout = await checkOut();
  const pauses = shortPauses();
  const env: NodeJS.ProcessEnv = {
    ...gh.env,
    PATH: `${pauses}:${awsCommandFolder()}:${process.env['PATH']}`,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
  const typed: Terminal['typed'] = (commands, answers = []) => {
    const terminal = join(checkout, '.git', 'answers');
    writeFileSync(terminal, answers.map((answer) => `${answer}\n`).join(''));
    const failed = (error: { stdout: string; stderr: string }) => error.stdout + error.stderr;
    return runCommands(commands, { ...env, SETUP_TERMINAL: terminal }, checkout).catch(failed);
  };
  return {
    aws,
    github,
    checkout,
    env,
    typed,
    setUp: (options, answers) =>
      typed(`bash '${packFile('scripts', 'setup.sh')}' --pack ${PACK} ${options}`, answers),
    stateOfAws: () => stateOf(aws),
    stateOfGithub() {
      const { environments, labels, rulesets, variables } = github.repository(REPOSITORY);
      return structuredClone({ environments, labels, rulesets, variables });
    },
    workflowFiles() {
      const folder = join(checkout, '.github', 'workflows');
      return new Map(
        readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
      );
    },
    outcomeOf: async (job, role = ROLE) => {
      const { environment, ref, repository } = job;
      const state = github.repository(repository);
      const mayStart = environment === undefined || mayDeploy(state, environment, ref);
      return mayStart ? askForRole(job, role, { aws, issuer }) : 'not started';
    },
    async close() {
      rmSync(checkout, { recursive: true });
      rmSync(pauses, { recursive: true });
      await aws.stop();
      await issuer.stop();
      await gh.stop();
      await github.stop();
    },
  };
}

/** A job that calls `provision.yml` of the pack on the main branch, with what a row changes. */
export function jobWith(change: Partial<OidcJob>): OidcJob {
  return {
    repository: REPOSITORY,
    ref: MAIN,
    workflow: '.github/workflows/multus-by-hand.yml',
    environment: 'eks-multus',
    calledWorkflow: `${WORKFLOWS}/provision.yml@refs/tags/v1`,
    ...change,
  };
}

async function checkOut(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'checkout-'));
  await run('git', ['-C', folder, 'init', '--quiet']);
  const origin = `https://github.com/${REPOSITORY}.git`;
  await run('git', ['-C', folder, 'remote', 'add', 'origin', origin]);
  return folder;
}

/**
 * A folder with a command `sleep` that takes a tenth of the time. The stand-in for CloudFormation takes less than that of
 * AWS's time.
 */
function shortPauses(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pauses-'));
  const command = '#!/bin/bash\n[[ $1 == [1-9] ]] && exec /bin/sleep "0.$1"\n';
  writeFileSync(join(folder, 'sleep'), command, { mode: 0o755 });
  return folder;
}

async function stateOf({ endpoint, clients }: TestAws) {
  const inventory = await takeInventory({ endpoint, region: REGION });
  const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({}));
  return { inventory, stacks: Stacks.map(({ StackId, Parameters }) => ({ StackId, Parameters })) };
}

async function askForRole(
  job: OidcJob,
  role: string,
  { aws, issuer }: { aws: TestAws; issuer: OidcIssuer },
): Promise<string> {
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
