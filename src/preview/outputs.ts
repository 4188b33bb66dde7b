import { FAILURE_OUTPUT } from '../github/shown-failure.ts';

/** The names in `action.yml`. */
export const outputNames = [
  'decision',
  'reason',
  'name',
  'label',
  'drafts',
  'ttl-hours',
  'expiry-guard',
  'prune',
  'proceed',
  'result',
  'expires-at',
  'deployed',
  'cluster-name',
  'namespace',
  'report-url',
  'environments',
  'to-turn',
  'bases-to-turn',
  'removed-environments',
  FAILURE_OUTPUT,
] as const;

/** The action's outputs. Each command sets some of them. */
export interface PreviewOutputs {
  /** `deploy`, `destroy`, `renew` or `skip`. */
  readonly decision?: string;
  readonly reason?: string;
  /** Name of the preview's environment. */
  readonly name?: string;
  /** What the jobs after `decide` are given, wherever it comes from. */
  readonly label?: string;
  readonly drafts?: boolean;
  readonly 'ttl-hours'?: number;
  readonly 'expiry-guard'?: boolean;
  readonly prune?: boolean;
  /** Whether the commit is still to be deployed. */
  readonly proceed?: boolean;
  /** What has become of the preview. */
  readonly result?:
    | 'ready'
    | 'failed'
    | 'cancelled'
    | 'refused'
    | 'superseded'
    | 'renewed'
    | 'skipped'
    | 'destroyed'
    | 'not-destroyed'
    | 'asleep'
    | 'awake';
  /** When the preview expires, in ISO 8601 and UTC. */
  readonly 'expires-at'?: string;
  /** Whether the run has deployed the stacks of the preview. */
  readonly deployed?: boolean;
  readonly 'cluster-name'?: string;
  /** The namespace of the preview's networks. */
  readonly namespace?: string;
  readonly 'report-url'?: string;
  readonly environments?: readonly ExpiredEnvironment[];
  /** The previews that are to sleep or to wake. */
  readonly 'to-turn'?: readonly TurningEnvironment[];
  /** The same of the environments that the input `bases` names. */
  readonly 'bases-to-turn'?: readonly TurningEnvironment[];
  /** The names of the environments that were deleted on GitHub. */
  readonly 'removed-environments'?: readonly string[];
}

/** An environment that is to sleep or to wake, as an item of a job's matrix. */
export interface TurningEnvironment {
  readonly name: string;
  /** Empty for an environment that was not made for a pull request. */
  readonly 'pull-request': string;
}

/** An environment that has to be destroyed, as an item of a job's matrix. */
export interface ExpiredEnvironment {
  readonly name: string;
  /** Empty for an environment that was not made for a pull request. */
  readonly 'pull-request': string;
  readonly reason: string;
}
