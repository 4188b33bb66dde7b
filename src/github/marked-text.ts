import { withoutCredentials } from '../core/redact.ts';

/**
 * A text that begins with a hidden marker, by which a later run finds it again. The marker is an HTML comment, which readers
 * do not see.
 */
export function markedText(marker: string, text: string): string {
  return `${hidden(marker)}\n${withoutCredentials(text)}`;
}

/** The text of a marked text, without its marker. GitHub may have changed its line ends. Pure. */
export function textBehindMarker(marker: string, body: string): string {
  return body.slice(hidden(marker).length).replace(/^\r?\n/, '');
}

/** What GitHub says of a comment or an issue. */
interface Written {
  readonly body?: string | null | undefined;
  readonly user?: { readonly type?: string } | null;
}

/** Whether the pack has written this. Anybody may quote the marker, so only what a bot has written can be ours. Pure. */
export function isMarked(marker: string, { body, user }: Written): boolean {
  return user?.type === 'Bot' && (body ?? '').startsWith(hidden(marker));
}

function hidden(marker: string): string {
  return `<!-- ${marker} -->`;
}
