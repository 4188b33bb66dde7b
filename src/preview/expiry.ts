import { HOUR_MS, minuteOf } from '../core/clock.ts';
import { code, type Markdown, md, withRow } from '../github/markdown.ts';
import type { PreviewOutputs } from './outputs.ts';

/** The label that keeps a preview for a day from the moment that a pull request gets it. */
export const KEEP_LABEL = 'multus-preview-keep';
const KEPT_HOURS = 24;

const MARK = /<!-- expires-at (\S+) -->/;
/** The name of the comment's row. */
export const EXPIRY_ROW = 'Expires';

/**
 * The hidden end of the comment about a preview, from which later runs read when the preview expires. The tag of a stack
 * cannot be renewed: CloudFormation would change every resource of the stack. Pure.
 */
export function expiryMark(expiresAt: number): string {
  return `<!-- expires-at ${new Date(expiresAt).toISOString()} -->`;
}

/** When a comment says that its preview expires, in milliseconds since 1970; undefined when it does not say so. Pure. */
export function markedExpiry(comment: string | undefined): number | undefined {
  const time = Date.parse(MARK.exec(comment ?? '')?.[1] ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** The latest of several times; undefined when there is none. Pure. */
export function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** The output that tells later steps when a preview expires. Pure. */
export function expiryOutput(expiresAt: number | undefined): Pick<PreviewOutputs, 'expires-at'> {
  return expiresAt === undefined ? {} : { 'expires-at': new Date(expiresAt).toISOString() };
}

/** When a preview expires that a push renews at `now`; undefined for never. Pure. */
export function afterPush(ttlHours: number, now: number): number | undefined {
  return ttlHours === 0 ? undefined : now + ttlHours * HOUR_MS;
}

/**
 * The comment of a preview that the label keeps for a day; undefined when the comment is about none that expires. Pure.
 *
 * @param now milliseconds since 1970
 */
export function keptComment(comment: string, now: number): KeptComment | undefined {
  const before = markedExpiry(comment);
  if (before === undefined) return undefined;
  const expiresAt = Math.max(before, now + KEPT_HOURS * HOUR_MS);
  const text = withRow(comment, EXPIRY_ROW, expiryCell(expiresAt));
  return { text: text.replace(MARK, expiryMark(expiresAt)), expiresAt };
}

interface KeptComment {
  readonly text: string;
  readonly expiresAt: number;
}

/** The cell of the comment about the expiry. */
export function expiryCell(expiresAt: number): Markdown {
  return md`${minuteOf(expiresAt)}. A push renews it. The label ${code(KEEP_LABEL)} keeps the preview for ${KEPT_HOURS} hours`;
}

/** Whether a preview expires within so many hours. Pure. */
export function expiresSoon(expiresAt: number | undefined, hours: number, now: number): boolean {
  return expiresAt !== undefined && expiresAt > now && expiresAt <= now + hours * HOUR_MS;
}

/** The marker of the warning, of which there is one for each expiry. */
export function warningMarker(environment: string, expiresAt: number): string {
  return `eks-multus-actions preview ${environment} expires ${new Date(expiresAt).toISOString()}`;
}

/** The warning as Markdown. A new comment notifies people, which an edited one does not. */
export function warningMarkdown(environment: string, expiresAt: number): string {
  const label = code(KEEP_LABEL);
  return md`The Multus preview ${code(environment)} expires at ${minuteOf(expiresAt)} and is then destroyed. Push a commit to renew it, or add the label ${label} to keep it for ${KEPT_HOURS} hours. If the label is there already, remove it first.\n`
    .text;
}
