import { isMarked, markedText, textBehindMarker } from './marked-text.ts';
import { explained, type RepositoryClient, unlessMissing } from './repository-client.ts';

const PAGE = 100;
const PERMISSION = 'pull-requests: write';

/**
 * Creates or edits the one comment on a pull request that has the marker.
 *
 * @throws GithubError when the job may not comment.
 */
export async function putStickyComment(
  client: RepositoryClient,
  pullRequest: number,
  marker: string,
  text: string,
): Promise<void> {
  if (await editStickyComment(client, pullRequest, marker, text)) return;
  const { owner, repo, rest } = client;
  const body = markedText(marker, text);
  const written = rest.issues.createComment({ owner, repo, issue_number: pullRequest, body });
  await explained(`comment on pull request #${pullRequest}`, PERMISSION, written);
}

/**
 * The text of the comment that has the marker, without the marker; undefined when the pull request has no such comment.
 *
 * @throws GithubError when the job may not read comments.
 */
export async function readStickyComment(
  client: RepositoryClient,
  pullRequest: number,
  marker: string,
): Promise<string | undefined> {
  const found = await findComment(client, pullRequest, marker);
  return found && textBehindMarker(marker, found.body);
}

/**
 * Edits the comment that has the marker, and never creates it.
 *
 * @returns whether the pull request has the comment.
 * @throws GithubError when the job may not comment.
 */
export async function editStickyComment(
  client: RepositoryClient,
  pullRequest: number,
  marker: string,
  text: string,
): Promise<boolean> {
  const known = await findComment(client, pullRequest, marker);
  if (known === undefined) return false;
  const { owner, repo, rest } = client;
  const body = markedText(marker, text);
  const written = rest.issues.updateComment({ owner, repo, comment_id: known.id, body });
  await explained(`comment on pull request #${pullRequest}`, PERMISSION, written);
  return true;
}

interface FoundComment {
  readonly id: number;
  readonly body: string;
}

async function findComment(
  { owner, repo, rest }: RepositoryClient,
  pullRequest: number,
  marker: string,
): Promise<FoundComment | undefined> {
  for (let page = 1; ; page += 1) {
    const request = { owner, repo, issue_number: pullRequest, per_page: PAGE, page };
    const found = await explained(
      `comments of pull request #${pullRequest}`,
      PERMISSION,
      unlessMissing(rest.issues.listComments(request)),
    );
    // A repository that was deleted and created again may lack the pull request.
    if (found === undefined) return undefined;
    const { data } = found;
    const ours = data.find((comment) => isMarked(marker, comment));
    if (ours !== undefined) return { id: ours.id, body: ours.body ?? '' };
    if (data.length < PAGE) return undefined;
  }
}
