import { PreviewError } from '../core/errors.ts';
import { belongsTo } from '../environment/owner.ts';
import { ownerOf } from '../environment/tags.ts';
import { beginDeployment } from '../github/deployments.ts';
import { inertMarkdown } from '../github/markdown.ts';
import { readPullRequest } from '../github/pull-request.ts';
import { putStickyComment, readStickyComment } from '../github/sticky-comment.ts';
import { type CommentFacts, commentMarkdown, commentMarker, expectedTime } from './comment.ts';
import { hasLabel } from './decide.ts';
import { afterPush, expiryOutput, latest, markedExpiry } from './expiry.ts';
import { nameOf, requiredPullRequest, type Session } from './session.ts';
import { environmentsOf, type TaggedEnvironment } from './tagged-environments.ts';
import { takePlace } from './take-place.ts';

/**
 * Before a deploy: checks that the pull request still wants this commit deployed, because the run may have waited long
 * for its turn, and takes a place for the preview. Then comments that the deploy begins.
 *
 * Sets `proceed` to false only when everything has been reported. After any other failure, `report` has to comment.
 *
 * @throws PreviewError when the name belongs to another repository.
 */
export async function begin(session: Session): Promise<void> {
  const { inputs } = session;
  const name = nameOf(session);
  const number = requiredPullRequest(session);
  const { headSha } = session.event();
  const obstacle = await whyNotToDeploy(session, number, headSha);
  if (obstacle !== undefined) {
    await doNotProceed(session, 'superseded', obstacle);
    return;
  }
  const known = environmentsOf(await session.stacks.list(), inputs.serviceRole);
  const theirs = foreignOwner(known, name, session);
  if (theirs !== undefined) {
    session.setOutputs({ proceed: false, result: 'refused' });
    await comment(session, number, { state: 'refused', reason: theirs.message });
    throw theirs;
  }
  const full = await takePlace(session, name);
  if (full !== undefined) {
    await comment(session, number, { state: 'refused', reason: full });
    await doNotProceed(session, 'refused', full);
    return;
  }
  await start(session, number, known.find((one) => one.name === name)?.expiresAt);
}

/** Comments that the deploy begins, and renews the preview. */
async function start(session: Session, number: number, tagged: number | undefined): Promise<void> {
  const { github, inputs, runUrl } = session;
  const name = nameOf(session);
  const { headSha } = session.event();
  const before = markedExpiry(await readStickyComment(github, number, commentMarker(name)));
  const pushed = afterPush(inputs.ttlHours, session.now());
  const expiresAt = pushed && latest([tagged, before, pushed]);
  const expected = expectedTime(name, inputs.plan);
  await comment(session, number, { state: 'being deployed', expected, expiresAt });
  await beginDeployment(github, name, headSha, runUrl);
  session.setOutputs({ proceed: true, ...expiryOutput(expiresAt) });
}

async function comment(
  session: Session,
  number: number,
  facts: Pick<CommentFacts, 'state' | 'reason' | 'expected' | 'expiresAt'>,
): Promise<void> {
  const { github, inputs, runUrl } = session;
  const name = nameOf(session);
  const text = commentMarkdown({
    ...facts,
    environment: name,
    exists: facts.state !== 'refused',
    commit: session.event().headSha,
    runUrl,
    label: inputs.label,
    price: inputs.price,
    plan: inputs.plan,
  });
  await putStickyComment(github, number, commentMarker(name), text);
}

/** The run succeeds: nothing is broken. */
async function doNotProceed(
  session: Session,
  result: 'refused' | 'superseded',
  reason: string,
): Promise<void> {
  session.setOutputs({ proceed: false, result });
  session.notice(reason);
  await session.addSummary(`${inertMarkdown(reason)}\n`);
}

/** Why this commit is no longer to be deployed; undefined when it still is. */
async function whyNotToDeploy(
  { github, inputs: { drafts, label } }: Session,
  number: number,
  headSha: string,
): Promise<string | undefined> {
  const pull = await readPullRequest(github, number);
  if (pull === undefined) return `Pull request #${number} no longer exists.`;
  if (!pull.open) return `Pull request #${number} has been closed since; nothing is deployed.`;
  if (label !== undefined && !hasLabel(pull.labels, label)) {
    return `Pull request #${number} has lost the label "${label}" since; nothing is deployed.`;
  }
  if (pull.draft && !drafts) {
    return `Pull request #${number} has become a draft since; nothing is deployed.`;
  }
  if (pull.headSha === headSha) return undefined;
  const [newer, older] = [pull.headSha.slice(0, 7), headSha.slice(0, 7)];
  return `Pull request #${number} is now at ${newer}, which has a run of its own; ${older} is not deployed.`;
}

function foreignOwner(
  known: readonly TaggedEnvironment[],
  name: string,
  { run }: Session,
): PreviewError | undefined {
  const existing = known.find((one) => one.name === name);
  // The stack of that name exists, whether its tags are believed or not.
  const sameName = existing?.foreign.find((stack) => stack.name === name);
  const owner = existing?.repository === undefined ? sameName && ownerOf(sameName.tags) : existing;
  if (owner?.repository === undefined || belongsTo(owner, run)) return undefined;
  return new PreviewError({
    resource: `environment ${name}`,
    reason: `it belongs to the repository ${owner.repository}`,
    nextStep: 'give the previews of this repository another name-prefix',
  });
}
