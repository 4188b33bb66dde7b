import { type Caller, signedCall } from './signed-call.ts';

/** Pages can be empty although there are more. */
const MOST_PAGES = 20;

/**
 * What a log group has that contains a text, oldest first: the first page that has any, of up to 10,000 lines.
 *
 * @throws an Error named by AWS's error code, such as AccessDeniedException or ResourceNotFoundException.
 */
export async function logLines(
  caller: Caller,
  group: string,
  containing: string,
): Promise<readonly string[]> {
  const question = { logGroupName: group, filterPattern: `"${containing}"` };
  let nextToken: unknown;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await filterEvents(caller, { ...question, nextToken });
    const lines = eventsOf(answer).map((event) => String(fieldOf(event, 'message')));
    nextToken = fieldOf(answer, 'nextToken') ?? undefined;
    if (lines.length > 0 || nextToken === undefined) return lines;
  }
  return [];
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
async function filterEvents(caller: Caller, question: object): Promise<unknown> {
  const text = await signedCall(caller, {
    service: 'logs',
    operation: 'CloudWatchLogs FilterLogEvents',
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.FilterLogEvents',
    },
    body: JSON.stringify(question),
  });
  return JSON.parse(text);
}

function eventsOf(answer: unknown): readonly unknown[] {
  const events = fieldOf(answer, 'events');
  return Array.isArray(events) ? events : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
