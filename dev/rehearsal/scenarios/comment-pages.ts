import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import type { Comment } from '../../stand-ins/github/api/state.ts';
import { LOG_FOLDER } from '../run-folder.ts';

type Comments = ReadonlyMap<number, Comment>;

/**
 * Writes what an event has changed of the comments on pull requests: each comment before and after as Markdown, and both as a page, in
 * the order of the events.
 *
 * @param event the name of the event
 */
export function keepComments(
  event: string,
  before: Comments,
  after: Comments,
  logs: string = LOG_FOLDER,
): void {
  const folder = join(logs, 'comments');
  mkdirSync(folder, { recursive: true });
  for (const [id, { body, pullRequest }] of after) {
    const earlier = before.get(id)?.body;
    if (earlier === body) continue;
    const order = String(readdirSync(folder).filter((file) => file.endsWith('.html')).length + 1);
    const name = join(folder, `${order.padStart(3, '0')}-${event}-${id}`);
    if (earlier !== undefined) writeFileSync(`${name}-before.md`, earlier);
    writeFileSync(`${name}-after.md`, body);
    const title = `Pull request #${pullRequest}, comment ${id}: ${event}`;
    writeFileSync(`${name}.html`, pageOf(title, earlier, body));
  }
}

function pageOf(title: string, before: string | undefined, after: string): string {
  const shown = [
    ['before', before ?? '*no comment*'],
    ['after', after],
  ].map(([when, text = '']) => `<section><h2>${when}</h2>\n${rendered(text)}</section>`);
  return `<!doctype html>\n<meta charset="utf-8">\n<title>${title}</title>\n<h1>${title}</h1>\n${shown.join('\n')}\n`;
}

/** Markdown as GitHub shows it, but for the look. Comments fold long plans, by HTML. */
function rendered(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}
