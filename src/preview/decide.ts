import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PreviewError } from '../core/errors.ts';
import { KEEP_LABEL } from './expiry.ts';
import { AWAKE_LABEL } from './sleep/awake-label.ts';

/** The part of a pull request event that previews need. */
export interface PreviewEvent {
  /** `opened`, `synchronize`, `labeled`, … */
  readonly action: string;
  readonly number: number;
  readonly labels: readonly string[];
  /** The label that was added or removed. */
  readonly changedLabel: string | undefined;
  /** `owner/name` of the repository that the changes come from; undefined when it has been deleted. */
  readonly headRepository: string | undefined;
  readonly headSha: string;
  readonly author: string;
  readonly draft: boolean;
}

export interface Decision {
  /** `renew`: the preview stays as it is, and expires later. */
  readonly decision: 'deploy' | 'destroy' | 'renew' | 'skip';
  /** One sentence for the log and the summary. */
  readonly reason: string;
}

export interface DecisionContext {
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string;
  /** Who triggered the run. */
  readonly actor: string;
  /** Only pull requests with this label get a preview; undefined for all. */
  readonly label: string | undefined;
  /** Whether drafts get previews. */
  readonly drafts: boolean;
}

const DEPENDABOT = 'dependabot[bot]';
const DEPLOYING_ACTIONS = ['opened', 'synchronize', 'reopened', 'ready_for_review'];
/** Changes of a pull request that leave its commit as it is. */
const LABELLING_ACTIONS = ['labeled', 'unlabeled'];

/** Decides what an event means for the preview of its pull request. Pure. */
export function decide(event: PreviewEvent, context: DecisionContext): Decision {
  const name = `Pull request #${event.number}`;
  const skip = (reason: string): Decision => ({ decision: 'skip', reason: `${name} ${reason}` });
  if (event.headRepository !== context.repository) {
    const fork = event.headRepository ?? 'a deleted repository';
    return skip(
      `comes from a fork (${fork}). GitHub gives its runs no OIDC token, and a GITHUB_TOKEN that can only read. To get a preview, push the branch to ${context.repository}.`,
    );
  }
  if (event.author === DEPENDABOT || context.actor === DEPENDABOT) {
    return skip(
      'is by Dependabot and gets no preview. GitHub gives its runs no OIDC token, and a GITHUB_TOKEN that can only read.',
    );
  }
  if (event.action === 'closed') {
    return { decision: 'destroy', reason: `${name} is closed: its preview is destroyed.` };
  }
  if (
    LABELLING_ACTIONS.includes(event.action) &&
    hasLabel([event.changedLabel ?? ''], KEEP_LABEL)
  ) {
    return event.action === 'labeled'
      ? { decision: 'renew', reason: `${name} has the label "${KEEP_LABEL}" now.` }
      : skip(`has lost the label "${KEEP_LABEL}", which does not affect its preview.`);
  }
  if (event.action === 'unlabeled' && hasLabel([event.changedLabel ?? ''], AWAKE_LABEL)) {
    return skip(`has lost the label "${AWAKE_LABEL}". Its preview may sleep again.`);
  }
  const decided = byLabel(event, context.label, name, skip);
  return context.drafts ? decided : withoutDrafts(event, decided, name, skip);
}

/** What becomes of a decision when drafts get no preview. */
function withoutDrafts(
  { action, draft }: PreviewEvent,
  decided: Decision,
  name: string,
  skip: (reason: string) => Decision,
): Decision {
  if (action === 'converted_to_draft') {
    return { decision: 'destroy', reason: `${name} is a draft now: its preview is destroyed.` };
  }
  return draft && decided.decision === 'deploy'
    ? skip('is a draft. It gets a preview once it is ready for review.')
    : decided;
}

function byLabel(
  event: PreviewEvent,
  label: string | undefined,
  name: string,
  skip: (reason: string) => Decision,
): Decision {
  const labelChanged = LABELLING_ACTIONS.includes(event.action);
  const wakes = hasLabel([event.changedLabel ?? ''], AWAKE_LABEL);
  if (labelChanged && !wakes && !hasLabel([event.changedLabel ?? ''], label)) {
    return skip(`has another label now, which does not affect its preview.`);
  }
  if (label !== undefined && event.action === 'unlabeled') {
    const reason = `${name} has lost the label "${label}": its preview is destroyed.`;
    return { decision: 'destroy', reason };
  }
  if (label !== undefined && !hasLabel(event.labels, label)) {
    return skip(`gets a preview once it has the label "${label}".`);
  }
  if (!labelChanged && !DEPLOYING_ACTIONS.includes(event.action)) {
    return skip(`was ${event.action}, which does not affect its preview.`);
  }
  const commit = event.headSha.slice(0, 7);
  const reason = wakes
    ? `${name} has the label "${AWAKE_LABEL}" now: a deploy of ${commit} wakes its preview.`
    : `${name} gets a preview of ${commit}.`;
  return { decision: 'deploy', reason };
}

/** Whether a label is among others. As on GitHub, case does not matter. */
export function hasLabel(labels: readonly string[], label: string | undefined): boolean {
  return labels.some((one) => one.toLowerCase() === label?.toLowerCase());
}

const payloadSchema = z.object({
  action: z.string(),
  number: z.number(),
  label: z.object({ name: z.string() }).optional(),
  pull_request: z.object({
    user: z.object({ login: z.string() }).nullable(),
    draft: z.boolean().optional(),
    labels: z.array(z.object({ name: z.string() })),
    head: z.object({ sha: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
  }),
});

/**
 * Reads the pull request event that started the run.
 *
 * @throws PreviewError when another event started it.
 */
export function readPreviewEvent(env: NodeJS.ProcessEnv): PreviewEvent {
  const event = env['GITHUB_EVENT_NAME'] ?? '';
  if (!/^pull_request(_target)?$/.test(event)) {
    throw new PreviewError({
      resource: 'preview',
      reason: `the event "${event}" started the run, and previews belong to pull requests`,
      nextStep: 'call this workflow on pull_request, and on pull_request_target for `closed`',
    });
  }
  return toPreviewEvent(JSON.parse(readFileSync(env['GITHUB_EVENT_PATH'] ?? '', 'utf8')));
}

/** The part of an event's payload that previews need. Pure. */
export function toPreviewEvent(payload: unknown): PreviewEvent {
  const { action, number, label, pull_request: pull } = payloadSchema.parse(payload);
  return {
    action,
    number,
    labels: pull.labels.map(({ name }) => name),
    changedLabel: label?.name,
    headRepository: pull.head.repo?.full_name,
    headSha: pull.head.sha,
    author: pull.user?.login ?? 'ghost',
    draft: pull.draft ?? false,
  };
}
