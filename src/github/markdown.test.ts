import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { code, codeBlock, inertMarkdown, link, Markdown, md, table } from './markdown.ts';

/** HTML as GitHub's own Markdown would give it, before it looks for mentions. */
const render = (text: string) =>
  micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });

const elementsOf = (html: string) =>
  new Set([...html.matchAll(/<([a-z]\w*)/g)].map(([, tag]) => tag));

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
const textOf = (html: string) =>
  html
    // GitHub looks for mentions in each text node, and a line break separates two of them.
    .replace(/<br>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d+)|(amp|lt|gt|quot));/g, (_, number: string, name: string) =>
      number === undefined ? (NAMED[name] ?? '') : String.fromCharCode(Number(number)),
    )
    .trim();

/** What GitHub links in the text that readers see: users, teams, issues of any repository, addresses. */
const LINKED = /@[a-z\d]|#\d|GH-\d|:\/\/|www\./i;

const PIECES = [
  ...'\\`*_{}[]()#+-.!|<>&~=:$^"\'@/ \n',
  ...[
    '![x](https://evil.example/i.png)',
    '[x](//evil.example)',
    '<img src=x onerror=y>',
    '<!--',
    '-->',
  ],
  ...[
    '@octocat',
    '@acme/admins',
    '#1',
    'acme/lab#12',
    'GH-7',
    'gh-7',
    'https://evil.example/a_b',
    'www.evil.example',
  ],
  ...[
    'a@evil.example',
    'mailto:a@evil.example',
    '[^1]',
    '[x]: https://evil.example',
    '&lt;',
    '&#64;octocat',
    '1. ',
    '1) ',
  ],
  ...[
    '```',
    '~~~',
    '    ',
    '---',
    '===',
    '- [ ] ',
    '> ',
    '# ',
    '| a |',
    ':-',
    '\r\n',
    '~~x~~',
    '**b**',
    '__b__',
    'a_b_c',
  ],
  ...['plain', 'CREATE_COMPLETE', '10.0.4.0/24', '<nil>', 'ü', '漢', '  \n', '[!NOTE]'],
];
const hostile = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 10 })
  .map((pieces) => pieces.join(''));
const spaced = (text: string) => text.replace(/\s+/g, ' ').trim();
const visible = (html: string) => spaced(textOf(html).replaceAll('\u200b', ''));

describe('a text of others', () => {
  it.each([
    ['in a paragraph', (text: string) => inertMarkdown(text), ['p']],
    ['after a line', (text: string) => `a line\n${inertMarkdown(text)}`, ['p']],
    ['in a sentence', (text: string) => md`See ${text}, please.`.text, ['p']],
    ['in a heading', (text: string) => md`## ${text} is ready`.text, ['h2']],
    [
      'in a table',
      (text: string) => table(['a'], [[text]]),
      ['table', 'thead', 'tbody', 'tr', 'th', 'td', 'br'],
    ],
    [
      'in HTML',
      (text: string) => `<details><summary>${inertMarkdown(text)}</summary>\n</details>`,
      ['details', 'summary'],
    ],
  ] as const)(
    'shows no link, image, mention or element %s, and the same text',
    (_, put, allowed) => {
      fc.assert(
        fc.property(hostile, (text) => {
          const html = render(put(text));
          const elements = [...elementsOf(html)].filter(
            (tag) => !allowed.some((one) => one === tag),
          );
          expect(elements).toEqual([]);
          expect(textOf(html)).not.toMatch(LINKED);
          expect(visible(html).replaceAll(' ', '')).toContain(text.replace(/\s+/g, ''));
        }),
        { numRuns: 1_000 },
      );
    },
  );

  it('shows in a code span, whatever is in it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const html = render(md`a ${code(text)} b`.text);
        expect([...elementsOf(html)].filter((tag) => tag !== 'p' && tag !== 'code')).toEqual([]);
        expect(spaced(textOf(html))).toBe(spaced(`a ${text} b`));
      }),
    );
  });

  it('cannot leave a code block', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect([...elementsOf(render(codeBlock(text, 'text')))]).toEqual(['pre', 'code']);
      }),
    );
  });

  it('cannot change where a link leads', () => {
    fc.assert(
      fc.property(hostile, hostile, (label, path) => {
        const html = render(link(label, `https://github.com/acme/${path}`).text);
        const targets = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, to = '']) => to);
        expect(targets).toHaveLength(1);
        expect(targets[0]).toMatch(/^https:\/\/github\.com\//);
        expect([...elementsOf(html)]).toEqual(['p', 'a']);
      }),
    );
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'no address'])('is no link: %s', (url) => {
    expect(link('report', url).text).toBe('report');
  });

  it.each(['plain words, 2 of 3', 'CREATE_COMPLETE', '10.0.4.0/24 (eth1)', 'eks-multus-pr-12'])(
    'is readable as Markdown, too: %s',
    (text) => {
      expect(inertMarkdown(text)).toBe(text);
    },
  );
});

describe('a table', () => {
  it('keeps the lines of its cells, and Markdown of ours', () => {
    const rows = [
      ['x|y', 'l1\nl2\r\nl3\rl4'],
      [1, code('a|b')],
    ] as const;
    expect(table(['a', 'b'], rows)).toBe(
      '| a | b |\n| --- | --- |\n| x&#124;y | l1<br>l2<br>l3<br>l4 |\n| 1 | `a\\|b` |',
    );
    expect(render(table(['a', 'b'], rows))).toContain('<code>a|b</code>');
    expect(table(['a'], [[new Markdown('**b**')]])).toContain('| **b** |');
  });
});
