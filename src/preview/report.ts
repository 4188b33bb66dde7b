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
  const { environment } = inputs;
  const name = nameOf(session);
  const number = requiredPullRequest(session);
  const { result, deployment } = STATES[inputs.status];
  const commit = session.event().headSha;
  const marker = commentMarker(name);
  const verdict = await verdictOf(session);
  const before = markedExpiry(await readStickyComment(github, number, marker));
  const tagged = await taggedEnvironment(session, name);
  if (tagged === 'none' && inputs.status !== 'success') await freePlaceWithoutStack(session, name);
  // The report says more about failed checks than the failure of the step does.
  const failure = verdict?.result === 'failed' ? undefined : inputs.failure;
  const text = commentMarkdown({
    environment: name,
    state: result,
    exists: true,
    reason: reasonOf(inputs.status, failure ?? verdict?.failure),
    failure,
    commit,
    runUrl,
    label: inputs.label,
    price: inputs.price,
    plan: inputs.plan,
    described: environment,
    administrators: inputs.administrators,
    verdict,
    expiresAt: expiryOf(tagged, before),
  });
  session.setOutputs({
    result,
    deployed: environment !== undefined,
    'cluster-name': environment?.cluster.name ?? '',
    namespace: environment === undefined ? '' : (environment.shared?.namespace ?? 'default'),
    'report-url': verdict?.reportUrl ?? '',
  });
  await putStickyComment(github, number, marker, text);
  await endDeployment(github, name, commit, deployment, runUrl);
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

/** The preview by its stacks; `none` when it has none, undefined when AWS does not answer. */
async function taggedEnvironment(
  { inputs, stacks, log }: Session,
  name: string,
): Promise<TaggedEnvironment | 'none' | undefined> {
  try {
    const all = environmentsOf(await stacks.list(), inputs.serviceRole);
    return all.find((one) => one.name === name) ?? 'none';
  } catch (error) {
    log.warn(`Cannot tell when ${name} expires: ${messageOf(error)}`);
    return undefined;
  }
}

/** When the preview expires: by the tags of its stacks or, if that is later, by the comment. */
function expiryOf(
  tagged: TaggedEnvironment | 'none' | undefined,
  marked: number | undefined,
): number | undefined {
  if (tagged === undefined || tagged === 'none') return marked;
  return tagged.expiresAt === undefined ? undefined : latest([tagged.expiresAt, marked]);
}
