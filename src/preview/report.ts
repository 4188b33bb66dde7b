import type { Report } from '../connectivity/report/report.ts';
import { messageOf } from '../core/errors.ts';
import { endDeployment } from '../github/deployments.ts';
import { putStickyComment, readStickyComment } from '../github/sticky-comment.ts';
import { commentMarkdown, commentMarker, type Verdict } from './comment.ts';
import { latest, markedExpiry } from './expiry.ts';
import { nameOf, requiredPullRequest, type Session } from './session.ts';
import { environmentsOf, type TaggedEnvironment } from './tagged-environments.ts';
import { freePlaceWithoutStack } from './take-place.ts';

const STATES = {
  success: { result: 'ready', deployment: 'success' },
  failure: { result: 'failed', deployment: 'failure' },
  cancelled: { result: 'cancelled', deployment: 'error' },
} as const;

/** After a deploy, however it ended: comments what there is now, and ends the GitHub deployment. */
export async function report(session: Session): Promise<void> {
  const { github, inputs, runUrl } = session;
  const { environment, status } = inputs;
  const name = nameOf(session);
  const number = requiredPullRequest(session);
  const { result, deployment } = STATES[status];
  const verdict = await verdictOf(session);
  const tagged = await taggedEnvironment(session, name);
  session.setOutputs({
    result,
    deployed: environment !== undefined,
    'cluster-name': environment?.cluster.name ?? '',
    namespace: environment === undefined ? '' : (environment.shared?.namespace ?? 'default'),
    'report-url': verdict?.reportUrl ?? '',
  });
  await comment(session, number, { verdict, tagged });
  await endDeployment(github, name, session.event().headSha, deployment, runUrl);
  if (tagged === 'none' && status !== 'success') await freePlaceWithoutStack(session, name);
}

/** The preview by its stacks; `none` when it has none, undefined when AWS does not answer. */
type Tagged = TaggedEnvironment | 'none' | undefined;

async function comment(
  session: Session,
  number: number,
  { verdict, tagged }: { readonly verdict: Verdict | undefined; readonly tagged: Tagged },
): Promise<void> {
  const { github, inputs, runUrl } = session;
  const name = nameOf(session);
  const marker = commentMarker(name);
  const before = markedExpiry(await readStickyComment(github, number, marker));
  // The report says more about failed checks than the failure of the step does.
  const failure = verdict?.result === 'failed' ? undefined : inputs.failure;
  const text = commentMarkdown({
    environment: name,
    state: STATES[inputs.status].result,
    exists: tagged !== 'none' || inputs.status === 'success',
    reason: reasonOf(inputs.status, failure ?? verdict?.failure),
    failure,
    commit: session.event().headSha,
    runUrl,
    label: inputs.label,
    price: inputs.price,
    plan: inputs.plan,
    described: inputs.environment,
    administrators: inputs.administrators,
    verdict,
    expiresAt: expiryOf(tagged, before),
  });
  await putStickyComment(github, number, marker, text);
}

function reasonOf(status: keyof typeof STATES, shown: unknown): string | undefined {
  if (status === 'cancelled') return 'the run was cancelled, or took too long';
  return status === 'success' || shown !== undefined ? undefined : `see the run's annotations`;
}

/** What verify's report says; undefined when there is no report. */
async function verdictOf({ inputs, readFile, runUrl }: Session): Promise<Verdict | undefined> {
  if (inputs.reportPath === undefined) return undefined;
  const { result, counts, checks } = JSON.parse(await readFile(inputs.reportPath)) as Report;
  const failed = checks.find(({ outcome }) => outcome === 'failed');
  return {
    result,
    passed: counts.passed,
    failed: counts.failed,
    failure: failed && `${failed.check} ${failed.subject}: ${failed.detail}`,
    reportUrl: inputs.reportUrl ?? runUrl,
  };
}

async function taggedEnvironment({ inputs, stacks, log }: Session, name: string): Promise<Tagged> {
  try {
    const all = environmentsOf(await stacks.list(), inputs.serviceRole);
    return all.find((one) => one.name === name) ?? 'none';
  } catch (error) {
    log.warn(`Cannot tell when ${name} expires: ${messageOf(error)}`);
    return undefined;
  }
}

/** When the preview expires: by the tags of its stacks or, if that is later, by the comment. */
function expiryOf(tagged: Tagged, marked: number | undefined): number | undefined {
  if (tagged === undefined || tagged === 'none') return marked;
  return tagged.expiresAt === undefined ? undefined : latest([tagged.expiresAt, marked]);
}
