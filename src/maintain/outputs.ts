/** The names in `action.yml`. */
export const outputNames = ['result', 'issue-url', 'history-path', 'history-artifact'] as const;

export interface MaintainOutputs {
  /** `unknown` when the run was cancelled. */
  readonly result: 'well' | 'not-well' | 'unknown';
  /** The open issue; empty when there is none. */
  readonly 'issue-url': string;
  /** Empty when the run found nothing to keep. */
  readonly 'history-path': string;
  /** The name under which the next run looks for the history. */
  readonly 'history-artifact': string;
}
