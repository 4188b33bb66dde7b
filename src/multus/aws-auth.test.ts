import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { ClusterError } from '../github/errors.ts';
import { mergeNodeRoles, withoutPath } from './aws-auth.ts';

const ROLE = 'arn:aws:iam::111122223333:role/ng1-node';
const ROW = `- rolearn: ${ROLE}
  username: system:node:{{EC2PrivateDNSName}}
  groups:
  - system:bootstrappers
  - system:nodes
`;
const ADMIN = `# people
- rolearn: arn:aws:iam::111122223333:role/admin # break glass
  username: admin
  groups:
    - system:masters
`;

describe('mergeNodeRoles', () => {
  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
  ])('starts from %s', (_name, text) => {
    expect(mergeNodeRoles(text, [ROLE])).toEqual({ mapRoles: ROW, added: [ROLE], warnings: [] });
  });

  it('adds a row and touches no byte of what is there', () => {
    expect(mergeNodeRoles(ADMIN, [ROLE]).mapRoles).toBe(ADMIN + ROW);
  });

  it.each([
    ['indented', '  - rolearn: a\n', '  - rolearn: a\n  - rolearn: arn'],
    ['without a last line end', '- rolearn: a', '- rolearn: a\n- rolearn: arn'],
    ['only a comment', '# none yet\n', '# none yet\n- rolearn: arn'],
    ['an empty list', '[]', '- rolearn: arn'],
    ['an empty text in quotes', '""', '- rolearn: arn'],
    ['a document end', '- rolearn: a\n...\n', '- rolearn: a\n- rolearn: arn'],
    [
      'a text that keeps its line ends',
      '- x: |+\n    y\n\n\n',
      '- x: |+\n    y\n\n\n- rolearn: arn',
    ],
  ])('finds the place: %s', (_name, text, expected) => {
    const { mapRoles } = mergeNodeRoles(text, [ROLE]);
    expect(mapRoles.startsWith(expected)).toBe(true);
    expect(parse(mapRoles).at(-1).rolearn).toBe(ROLE);
  });

  it('keeps a list in flow style, and scalars as they were written', () => {
    const { mapRoles } = mergeNodeRoles('[{rolearn: x, username: 012}]', [ROLE]);
    expect(mapRoles).toContain('username: 012');
    expect(parse(mapRoles)).toHaveLength(2);
  });

  it('removes the path of a role, which the authenticator never sees', () => {
    const withPath = 'arn:aws:iam::111122223333:role/teams/net/ng1-node';
    expect(mergeNodeRoles('', [withPath, ROLE])).toMatchObject({ mapRoles: ROW, added: [ROLE] });
    expect(withoutPath('arn:aws-cn:iam::111122223333:role/a')).toBe(
      'arn:aws-cn:iam::111122223333:role/a',
    );
  });

  it('leaves a role alone that is mapped as a node already, with whatever other groups', () => {
    const text = ROW.replace('- system:nodes', '- system:nodes\n  - more').replace('ng1', 'NG1');
    expect(mergeNodeRoles(text, [ROLE])).toEqual({ mapRoles: text, added: [], warnings: [] });
  });

  it.each([
    ['another user', ROW.replace('system:node:{{EC2PrivateDNSName}}', 'admin')],
    ['other groups', ROW.replace('system:nodes', 'system:masters')],
    ['no groups', `- rolearn: ${ROLE}\n  username: system:node:{{EC2PrivateDNSName}}\n`],
    ['a row of somebody else after ours', `${ROW}- rolearn: ${ROLE}\n  username: admin\n`],
  ])('refuses a role that is mapped to %s', (_name, text) => {
    expect(() => mergeNodeRoles(text, [ROLE])).toThrow(ClusterError);
    expect(() => mergeNodeRoles(text, [ROLE])).toThrow(/nodes of that role cannot join/);
  });

  it('warns of a role that is mapped twice, and of rows that never match', () => {
    const dead = `- rolearn: arn:aws:iam::111122223333:role/teams/ng1-node\n`;
    const { mapRoles, warnings } = mergeNodeRoles(dead + ROW + ROW, [ROLE]);
    expect(mapRoles).toBe(dead + ROW + ROW);
    expect(warnings).toEqual([
      expect.stringMatching(/teams\/ng1-node never matches, because it has a path/),
      expect.stringMatching(/maps .* 2 times/),
    ]);
  });

  it('lives with rows that are no rows', () => {
    const text = '- ~\n-\n- text\n- rolearn: [list]\n';
    expect(mergeNodeRoles(text, [ROLE]).mapRoles).toBe(text + ROW);
  });

  it.each(['a: b', 'text', '- [', '- a: 1\n  a: 2\n', 'a: [\n'])('refuses to touch %j', (text) => {
    expect(() => mergeNodeRoles(text, [ROLE])).toThrow(/mapRoles cannot be read/);
  });
});

describe('any merge', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9:{}-]{0,20}$/);
  const anyText = fc.oneof(
    word,
    fc.string({ maxLength: 20 }),
    fc.constantFrom('yes', '012', '~', ''),
  );
  const arn = fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('', 'path/', 'deep/path/'), word)
    .map(([digit, path, name]) => `arn:aws:iam::${String(digit).repeat(12)}:role/${path}${name}`);
  const theirs = fc.array(
    fc.record(
      { rolearn: arn, username: anyText, groups: fc.array(anyText), extra: anyText },
      { requiredKeys: ['rolearn'] },
    ),
  );
  const style = fc.record({ indentSeq: fc.boolean(), lineWidth: fc.constantFrom(0, 20, 80) });
  const comment = fc.option(word, { nil: '' });
  const text = fc
    .tuple(theirs, style, comment)
    .map(
      ([rows, options, words]) =>
        `${words === '' ? '' : `# ${words}\n`}${stringify(rows, options)}`,
    );
  const ours = fc.array(
    fc.stringMatching(/^ours-[a-z]{1,8}$/).map((name) => `arn:aws:iam::111122223333:role/${name}`),
  );
  const rows = (source: string): unknown[] => parse(source, { schema: 'failsafe' }) ?? [];

  it('loses nothing, adds each role once, and adds nothing the second time', () => {
    fc.assert(
      fc.property(text, ours, (before, arns) => {
        const { mapRoles, added } = mergeNodeRoles(before, arns);
        expect(rows(mapRoles).slice(0, rows(before).length)).toEqual(rows(before));
        expect(rows(mapRoles).slice(rows(before).length)).toEqual(
          [...new Set(arns)].map((rolearn) => expect.objectContaining({ rolearn })),
        );
        expect(added).toEqual([...new Set(arns)]);
        for (const line of before.match(/^#.*$/gm) ?? []) expect(mapRoles).toContain(line);
        expect(mergeNodeRoles(mapRoles, arns)).toMatchObject({ mapRoles, added: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('never writes an ARN with a path', () => {
    fc.assert(
      fc.property(fc.array(arn), (arns) => {
        const { mapRoles } = mergeNodeRoles('', arns);
        expect(mapRoles).not.toMatch(/role\/.*\//);
      }),
    );
  });
});
