/** The names in `action.yml`. */
export const outputNames = ['decision', 'reason', 'name', 'proceed', 'environments'] as const;

/** The action's outputs; each command sets some of them. */
export interface PreviewOutputs {
  /** `deploy`, `destroy` or `skip`. */
  readonly decision?: string;
  readonly reason?: string;
  /** Name of the preview's environment. */
  readonly name?: string;
  /** Whether there is still something to deploy. */
  readonly proceed?: boolean;
  readonly environments?: readonly ExpiredEnvironment[];
}

/** An environment that has to go, for a job's matrix. */
export interface ExpiredEnvironment {
  readonly name: string;
  /** Empty where there is none. */
  readonly 'pull-request': string;
  readonly reason: string;
}
