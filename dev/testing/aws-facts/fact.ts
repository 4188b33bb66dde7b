/** The services that the pack calls, by the name in their signing scope. */
export type Service =
  | 'autoscaling'
  | 'cloudformation'
  | 'ec2'
  | 'ecr'
  | 'eks'
  | 'events'
  | 'iam'
  | 'kms'
  | 'lambda'
  | 'logs'
  | 's3'
  | 'servicequotas'
  | 'ssm'
  | 'sts';

/** One answer of AWS: what it is, how we know, who relies on it, and whether the stand-in gives the same. */
export interface Fact {
  /** Unique among all facts: `change-set-not-found`. */
  readonly id: string;
  /** The call as the API names it: `DescribeChangeSet`. */
  readonly call: string;
  /** In which circumstances AWS answers this. */
  readonly when: string;
  readonly answer: Refusal | Reply;
  /** Where it is recorded, reported or documented: see `sources.ts`. */
  readonly source: string;
  readonly kind: Kind;
  /** The deciders of the product that read this answer; empty when it is only shown. */
  readonly reliedOnBy: readonly Reliance[];
  readonly standIn: StandIn;
}

/**
 * `recording`: an answer of AWS that somebody stored. `report`: the text in an issue or log. `documentation`: AWS says so.
 * `doubt`: no source settles it, so the product must end well either way.
 */
type Kind = 'recording' | 'report' | 'documentation' | 'doubt';

/** An error. In texts, `…` stands for what differs from case to case. */
export interface Refusal {
  /** The error code; absent when the answer has no body, as to a HEAD request. */
  readonly code?: string;
  readonly status: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A success. In texts, `…` stands for what differs from case to case. */
export interface Reply {
  /** The part of the output that matters, as SDK clients give it. */
  readonly output: Shape;
  /** The same as it travels, where the wire has other names. */
  readonly wire?: Shape;
}

export type Shape =
  | string
  | number
  | boolean
  | Date
  | undefined
  | readonly Shape[]
  | { readonly [name: string]: Shape };

export interface Reliance {
  /** The function that looks at the answer, as `findDeciders` names it: `src/cloudformation/sdk-stack-api.ts#doesNotExist`. */
  readonly decider: string;
  /** What it must make of the answer. */
  readonly verdict: unknown;
}

/** Why the stand-in answers otherwise, or never answers so. */
export type StandIn = 'same' | { readonly differs: string } | { readonly absent: string };

export function isRefusal(answer: Fact['answer']): answer is Refusal {
  return 'status' in answer;
}

/** A pattern for a text with `…`, from its beginning to its end. */
export function patternOf(text: string): RegExp {
  const parts = text.split('…').map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`);
}

/** A text in which something stands in place of `…`. */
export function exampleOf(text: string): string {
  return text.replaceAll('…', 'x');
}

type Verdicts = Readonly<Record<string, unknown>>;

/** Reliances from verdicts by decider. */
export function relied(verdicts: Verdicts): readonly Reliance[] {
  return Object.entries(verdicts).map(([decider, verdict]) => ({ decider, verdict }));
}
