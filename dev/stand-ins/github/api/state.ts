import { createHash } from 'node:crypto';

/** A pull request of the rehearsed repository. */
export interface PullRequest {
  readonly number: number;
  readonly author: string;
  readonly headBranch: string;
  /** `owner/name`; for a fork, another repository. */
  readonly headRepository: string;
  readonly headSha: string;
  readonly labels: readonly string[];
  readonly state: 'open' | 'closed';
  readonly merged: boolean;
  /** Whether it conflicts with its base, so that GitHub cannot make a merge commit. */
  readonly conflict: boolean;
  readonly draft?: boolean;
  /** The paths that it changes. */
  readonly files?: readonly string[];
}

/** An issue that is no pull request. Both count their numbers together. */
export interface Issue {
  readonly number: number;
  readonly author: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly state: 'open' | 'closed';
  /** Why it was closed. */
  readonly stateReason: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a run has uploaded. */
export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly runId: number;
  readonly branch: string;
  /** Whether the run was one of a fork's pull request. GitHub lists its artifacts with the others. */
  readonly ofFork: boolean;
  readonly createdAt: string;
  readonly expired: boolean;
  /** The archive, as it is downloaded. */
  readonly zip: Uint8Array;
}

export interface Comment {
  readonly id: number;
  /** The number of a pull request or of another issue. */
  readonly pullRequest: number;
  readonly author: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
}

export interface Deployment {
  readonly id: number;
  readonly environment: string;
  readonly ref: string;
  readonly sha: string;
  readonly transient: boolean;
  readonly production: boolean;
  readonly createdAt: string;
  /** Oldest first. */
  readonly statuses: readonly DeploymentStatus[];
}

/** A GitHub environment, with the rules that decide which refs may deploy to it. */
export interface GithubEnvironment {
  readonly id: number;
  readonly name: string;
  /** Any ref, the branches that a branch protection rule protects, or the refs that match one of some patterns. */
  readonly deployers: 'any' | 'protected-branches' | readonly string[];
  /** Who approves jobs; nobody has to when left out. */
  readonly reviewers?: readonly string[];
  /** Whether nobody may approve a job that they have started. */
  readonly preventsSelfReview?: boolean;
  /** How many minutes each job waits. */
  readonly waitMinutes?: number;
}

/** A run that somebody started by `workflow_dispatch`. */
export interface Dispatch {
  /** `by-hand.yml` */
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** The state of one repository. Tests and scenarios read it, and change it as people would. */
export interface RepositoryState {
  readonly name: string;
  readonly defaultBranch: string;
  readonly pullRequests: Map<number, PullRequest>;
  readonly issues: Map<number, Issue>;
  /** Whether the repository has issues at all. */
  hasIssues: boolean;
  /** The labels that issues can have. */
  readonly labels: Set<string>;
  /** Whether a new issue brings labels along that the repository lacks. Sources differ: see issues.ts. */
  makesLabels: boolean;
  readonly artifacts: Map<number, Artifact>;
  readonly comments: Map<number, Comment>;
  readonly deployments: Map<number, Deployment>;
  readonly branches: Map<string, string>;
  /** The branches that a branch protection rule protects. Rulesets do not count here. */
  readonly protectedBranches: Set<string>;
  readonly environments: Map<string, GithubEnvironment>;
  /** Whether its plan has reviewers and wait timers of environments: in private repositories, Enterprise has them. */
  hasApprovals: boolean;
  /** The bodies of the requests that made the rulesets, each with its `id`. */
  readonly rulesets: Readonly<Record<string, unknown>>[];
  /** Variables for its workflows (`vars`). */
  readonly variables: Map<string, string>;
  /** The claims that the subjects of its tokens are made of; undefined for the default. */
  subjectClaims: readonly string[] | undefined;
  readonly dispatches: Dispatch[];
  /** A file at a branch, tag or commit; undefined when there is none. A new repository has no files. */
  readFile: (path: string, ref: string) => Buffer | undefined;
  /** A number for a workflow, by the name of its file. */
  workflowId(file: string): number;
  workflowName(id: number): string | undefined;
  nextId(): number;
}

export function repositoryState(name: string, defaultBranch = 'main'): RepositoryState {
  let id = 0;
  const nextId = () => ++id;
  const workflows = new Map<string, number>();
  return {
    name,
    defaultBranch,
    pullRequests: new Map(),
    issues: new Map(),
    hasIssues: true,
    hasApprovals: true,
    labels: new Set(),
    makesLabels: false,
    artifacts: new Map(),
    comments: new Map(),
    deployments: new Map(),
    branches: new Map([[defaultBranch, fakeSha(`${name} ${defaultBranch}`)]]),
    protectedBranches: new Set(),
    environments: new Map(),
    rulesets: [],
    variables: new Map(),
    subjectClaims: undefined,
    dispatches: [],
    readFile: () => undefined,
    workflowId(file) {
      const known = workflows.get(file) ?? nextId();
      workflows.set(file, known);
      return known;
    },
    workflowName: (wanted) => [...workflows].find(([, number]) => number === wanted)?.[0],
    nextId,
  };
}

/**
 * Makes an environment without rules unless there is one, as GitHub does for a job or a deployment that names it. It stays when
 * its deployments have ended (https://github.com/pullpreview/action/issues/79).
 */
export function addEnvironment({ environments, nextId }: RepositoryState, name: string): void {
  if (!environments.has(name)) environments.set(name, { id: nextId(), name, deployers: 'any' });
}

/** Forty hexadecimal digits for a commit, derived from the text. */
export function fakeSha(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/**
 * A repository's deployments as GitHub shows them: the last state of the newest deployment of each
 * environment.
 */
export function deploymentStates(state: RepositoryState): Readonly<Record<string, string>> {
  const newestLast = [...state.deployments.values()].map(({ environment, statuses }) => [
    environment,
    statuses.at(-1)?.state ?? 'pending',
  ]);
  return Object.fromEntries(newestLast);
}

/** An open pull request of the user's own repository, with the fields of `change` replaced. */
export function newPullRequest(number: number, change: Partial<PullRequest> = {}): PullRequest {
  return {
    number,
    author: 'ann',
    headBranch: `change-${number}`,
    headRepository: 'acme/telecom-lab',
    headSha: fakeSha(`change ${number}`),
    labels: [],
    state: 'open',
    merged: false,
    conflict: false,
    ...change,
  };
}
