import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Comment } from '../../stand-ins/github/api/state.ts';
import { keepComments } from './comment-pages.ts';

let logs: string;
beforeEach(() => {
  logs = mkdtempSync(join(tmpdir(), 'comments-'));
});
afterEach(() => rmSync(logs, { recursive: true }));

const comments = (bodies: Readonly<Record<number, string>>) =>
  new Map(
    Object.entries(bodies).map(([id, body]) => [
      Number(id),
      { id: Number(id), body, pullRequest: 41 } as Comment,
    ]),
  );
const files = () => readdirSync(join(logs, 'comments')).sort();

it('keeps what an event has changed, before and after, and nothing else', () => {
  const one = comments({ 1: '| State |\n| --- |\n| ready |', 2: 'same' });
  keepComments('opened', comments({}), one, logs);
  keepComments('closed', one, comments({ 1: 'destroyed', 2: 'same' }), logs);
  expect(files()).toEqual([
    '001-opened-1-after.md',
    '001-opened-1.html',
    '002-opened-2-after.md',
    '002-opened-2.html',
    '003-closed-1-after.md',
    '003-closed-1-before.md',
    '003-closed-1.html',
  ]);
  const page = readFileSync(join(logs, 'comments', '003-closed-1.html'), 'utf8');
  expect(page).toContain('<td>ready</td>');
  expect(page).toMatch(/<h2>after<\/h2>\n<p>destroyed<\/p>/);
});

it('numbers the comments of a second scenario after those of the first', () => {
  keepComments('a', comments({}), comments({ 1: 'x' }), logs);
  keepComments('b', comments({}), comments({ 1: 'y' }), logs);
  expect(files().filter((name) => name.endsWith('.html'))).toEqual([
    '001-a-1.html',
    '002-b-1.html',
  ]);
});
