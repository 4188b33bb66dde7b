import { asking, type RepositoryClient, unlessMissing } from './repository-client.ts';

const PAGE = 100;
const PERMISSION = 'pull-requests: write';

/**
 * Writes the one comment on a pull request that carries `marker`: edits it in place when it is there, whoever else
 * has commented since, and makes it when it is not. The marker is an HTML comment, which readers do not see.
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
  const body = bodyOf(marker, text);
  const written = rest.issues.createComment({ owner, repo, issue_number: pullRequest, body });
  await asking(`comment on pull request #${pullRequest}`, PERMISSION, written);
}

/**
 * The same, for a pull request that has the comment already.
 *
 * @returns whether it has one; if not, nothing is written.
 * @throws GithubError when the job may not comment.
 */
export async function editStickyComment(
  client: RepositoryClient,
  pullRequest: number,
  marker: string,
  text: string,
): Promise<boolean> {
  const known = await findComment(client, pullRequest, hidden(marker));
  if (known === undefined) return false;
  const { owner, repo, rest } = client;
  const body = bodyOf(marker, text);
  const written = rest.issues.updateComment({ owner, repo, comment_id: known, body });
  await asking(`comment on pull request #${pullRequest}`, PERMISSION, written);
  return true;
}

async function findComment(
  { owner, repo, rest }: RepositoryClient,
  pullRequest: number,
  start: string,
): Promise<number | undefined> {
  for (let page = 1; ; page += 1) {
    const request = { owner, repo, issue_number: pullRequest, per_page: PAGE, page };
    const found = await asking(
      `comments of pull request #${pullRequest}`,
      PERMISSION,
      unlessMissing(rest.issues.listComments(request)),
    );
    // A repository that was made anew may have no such pull request.
    if (found === undefined) return undefined;
    const { data } = found;
    // Anybody may quote the marker; only a bot's comment is taken for our own.
    const ours = data.find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(start));
    if (ours !== undefined) return ours.id;
    if (data.length < PAGE) return undefined;
  }
}

function hidden(marker: string): string {
  return `<!-- ${marker} -->`;
}

function bodyOf(marker: string, text: string): string {
  return `${hidden(marker)}\n${text}`;
}
