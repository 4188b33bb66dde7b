import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { EXPIRY_TAG } from '../../../../src/environment/tags.ts';
import type { PullRequest } from '../../../stand-ins/github/api/state.ts';
import { previewName } from '../preview-facts.ts';
import type { Scenario } from '../scenario.ts';

/**
 * A rehearsal cannot wait for hours, and the clock of its jobs is the machine's. So what AWS and GitHub have on record about a preview
 * becomes older.
 */

const HOUR_MS = 3_600_000;
/** In the comment: the hidden expiry, and the one that people read. */
const EXPIRY =
  /(?<=<!-- expires-at )\S+(?= -->)|(?<=^\| Expires \| )\d{4}-\d\d-\d\d \d\d:\d\d(?= UTC)/gm;

/** Makes the deployments of a preview older, as if so many hours had passed. */
export function deployedEarlier({ site: { state } }: Scenario, pull: PullRequest, hours: number) {
  for (const [id, one] of state.deployments) {
    if (one.environment !== previewName(pull)) continue;
    state.deployments.set(id, { ...one, createdAt: wholeSeconds(before(one.createdAt, hours)) });
  }
}

/** Makes the expiry of a preview with its own cluster earlier by so many hours: in the tag of its stack and in the comment. */
export async function expiresEarlier(
  scenario: Scenario,
  pull: PullRequest,
  hours: number,
): Promise<void> {
  const { comments } = scenario.site.state;
  for (const [id, one] of comments) {
    if (one.pullRequest !== pull.number) continue;
    comments.set(id, { ...one, body: withEarlierExpiry(one.body, hours) });
  }
  await changeTag(scenario, previewName(pull), EXPIRY_TAG, (time) =>
    wholeSeconds(before(time, hours)),
  );
}

/** The account's owner changes a tag of a stack, with calls of CloudFormation. */
export async function changeTag(
  { world, progress }: Scenario,
  StackName: string,
  key: string,
  change: (value: string) => string,
): Promise<void> {
  await progress.step(`change the tag ${key} of ${StackName}`, async () => {
    const client = new CloudFormationClient(world.client);
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName }));
    const set = { StackName, ChangeSetName: `tag-${Date.now()}` };
    await client.send(
      new CreateChangeSetCommand({
        ...set,
        ChangeSetType: 'UPDATE',
        TemplateBody,
        Capabilities: ['CAPABILITY_IAM'],
        Parameters: (stack?.Parameters ?? []).map(({ ParameterKey }) => ({
          ParameterKey,
          UsePreviousValue: true,
        })),
        Tags: (stack?.Tags ?? []).map((tag) =>
          tag.Key === key ? { Key: key, Value: change(tag.Value ?? '') } : tag,
        ),
      }),
    );
    const waiting = { client, maxWaitTime: 120, minDelay: 1, maxDelay: 2 };
    await waitUntilChangeSetCreateComplete(waiting, set);
    await client.send(new ExecuteChangeSetCommand(set));
    await waitUntilStackUpdateComplete(waiting, { StackName });
  });
}

/** A comment whose expiry is earlier by so many hours. Pure. */
export function withEarlierExpiry(comment: string, hours: number): string {
  return comment.replace(EXPIRY, (time) => earlier(time, hours));
}

/** An earlier time, written as the given one: in ISO 8601, or as people read it. */
function earlier(time: string, hours: number): string {
  if (time.includes('T')) return before(time, hours);
  return before(`${time.replace(' ', 'T')}Z`, hours)
    .slice(0, 16)
    .replace('T', ' ');
}

function before(time: string, hours: number): string {
  return new Date(Date.parse(time) - hours * HOUR_MS).toISOString();
}

/** GitHub and the tags have no parts of seconds. */
function wholeSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}
