import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument, stringify } from 'yaml';
import { ClusterError } from '../core/errors.ts';
import { mergeNodeRoles, removeNodeRoles, withoutPath } from './map-roles.ts';
import { AWS_AUTH_SAMPLES } from './testing/aws-auth-samples.ts';

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

  it('adds a row and changes no byte of the rest', () => {
    expect(mergeNodeRoles(ADMIN, [ROLE]).mapRoles).toBe(ADMIN + ROW);
  });

  it.each([
    ['indented', '  - rolearn: a\n', '  - rolearn: a\n  - rolearn: arn'],
    ['without a last line end', '- rolearn: a', '- rolearn: a\n- rolearn: arn'],
    ['only a comment', '# none yet\n', '# none yet\n- rolearn: arn'],
    ['an empty list', '[]', '- rolearn: arn'],
    ['an empty text in quotes', '""', '- rolearn: arn'],
    ['a document end', '- rolearn: a\n...\n', '- rolearn: a\n- rolearn: arn'],
    ['an empty document', '# why\n---\n...\n', '# why\n---\n- rolearn: arn'],
    ['an empty text between comments', '# a\n"" # b\n', '# a\n # b\n- rolearn: arn'],
    [
      'an alias in the last row',
      '- groups: &all [a]\n- groups: *all\n',
      '- groups: &all [a]\n- groups: *all\n- rolearn: arn',
    ],
    [
      'a row that begins below its dash',
      '- a: b\n-\n  # why\n  c: d\n',
      '- a: b\n-\n  # why\n  c: d\n- rolearn: arn',
    ],
    [
      'a text that keeps its line ends',
      '- x: |+\n    y\n\n\n',
      '- x: |+\n    y\n\n\n- rolearn: arn',
    ],
  ])('adds the row in the right place: %s', (_name, text, expected) => {
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

  it('leaves a role alone that is already mapped as a node, with any other groups', () => {
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

  it.each([
    ['nothing as a word', 'null', ROW],
    ['nothing as a sign', '~\n', ROW],
    ['nothing in single quotes', "''", ROW],
    ['a byte order mark', `\uFEFF${ADMIN}`, `\uFEFF${ADMIN}${ROW}`],
    [
      'a key that occurs twice',
      '- rolearn: a\n  rolearn: b\n',
      `- rolearn: a\n  rolearn: b\n${ROW}`,
    ],
    ['a second document', `${ADMIN}---\n- rolearn: b\n`, `${ADMIN}${ROW}---\n- rolearn: b\n`],
    ['documents with a start', `---\n${ADMIN}---\n[]\n`, `---\n${ADMIN}${ROW}---\n[]\n`],
  ])('reads what the authenticator reads: %s', (_name, text, expected) => {
    expect(mergeNodeRoles(text, [ROLE]).mapRoles.trim()).toBe(expected.trim());
  });

  it('names a template without quotes, and its line', () => {
    const text = `${ADMIN}- rolearn: a\n  username: {{SessionName}}\n`;
    expect(() => mergeNodeRoles(text, [ROLE])).toThrow(
      /line 7: \{\{SessionName\}\} needs quotes; .* rejects all of mapRoles/,
    );
  });

  it('keeps JSON as JSON, in its own style', () => {
    const rows = [{ rolearn: 'a', username: 'b', groups: [] }];
    for (const text of [
      JSON.stringify(rows),
      JSON.stringify(rows, null, 2),
      `${JSON.stringify(rows, null, '\t')}\n`,
    ]) {
      const { mapRoles } = mergeNodeRoles(text, [ROLE]);
      expect(JSON.parse(mapRoles)).toEqual([...rows, parse(ROW)[0]]);
      expect(mapRoles.includes('\n')).toBe(text.includes('\n'));
      expect(mapRoles.startsWith(text.slice(0, text.lastIndexOf(']')).trimEnd())).toBe(true);
      expect(removeNodeRoles(mapRoles, [ROLE]).mapRoles).toBe(text);
    }
  });

  it('accepts items that are not mappings', () => {
    const text = '- ~\n-\n- text\n- rolearn: [list]\n';
    expect(mergeNodeRoles(text, [ROLE]).mapRoles).toBe(text + ROW);
  });

  it.each(['a: b', 'text', '- [', '- *nobody', 'a: [\n'])('refuses to touch %j', (text) => {
    expect(() => mergeNodeRoles(text, [ROLE])).toThrow(/mapRoles cannot be read/);
  });
});

describe.each(Object.entries(AWS_AUTH_SAMPLES))(
  'existing rows, as written by: %s',
  (name, text) => {
    const before: unknown[] = readAll(name.includes('old tools') ? '' : text);
    const { mapRoles, added } = mergeNodeRoles(text, [ROLE]);

    it('stay, row by row and comment by comment', () => {
      expect(added).toEqual([ROLE]);
      expect(readAll(mapRoles).slice(0, -1)).toEqual(before);
      expect(readAll(mapRoles).at(-1)).toMatchObject({ rolearn: ROLE });
      for (const comment of text.match(/#.*$/gm) ?? []) expect(mapRoles).toContain(comment);
    });

    it('do not change when the merge is repeated', () => {
      expect(mergeNodeRoles(mapRoles, [ROLE])).toEqual({ mapRoles, added: [], warnings: [] });
    });
  },
);

describe('what others wrote', () => {
  it('stays byte for byte where a row can be added after it', () => {
    for (const [name, text] of Object.entries(AWS_AUTH_SAMPLES)) {
      if (/cdk|empty|blank/.test(name)) continue;
      expect(mergeNodeRoles(text, [ROLE]).mapRoles.startsWith(text), name).toBe(true);
    }
  });

  it.each([
    ['eksctl', 'eksctl-lab-nodegroup-ng-NodeInstanceRole-1ABC'],
    ['console', 'managed-nodes'],
    ['terraform', 'workers-eks-node-group-20240101'],
    ['terraform, older', 'workers'],
    ['cdk', 'Lab-NodegroupRole'],
    ['by hand', 'ng-by-hand'],
    ['by heart', 'anchored'],
  ])('maps the node role already: %s', (name, role) => {
    const arns = [`arn:aws:iam::111122223333:role/${role}`];
    expect(mergeNodeRoles(AWS_AUTH_SAMPLES[name], arns).added).toEqual([]);
  });

  it.each([
    ['console', 'fargate'],
    ['terraform, older', 'devops'],
    ['by heart', 'folded'],
  ])('is not overwritten: %s maps %s to somebody else', (name, role) => {
    const arns = [`arn:aws:iam::111122223333:role/${role}`];
    expect(() => mergeNodeRoles(AWS_AUTH_SAMPLES[name], arns)).toThrow(/cannot join/);
  });

  it('stays as it is when it is long', () => {
    const rows = Array.from({ length: 2000 }, (_, index) => ROW.replace('ng1', `ng-${index}`));
    const { mapRoles } = mergeNodeRoles(rows.join(''), [ROLE]);
    expect(mapRoles).toBe(rows.join('') + ROW);
  });
});

function readAll(text: string): unknown[] {
  const rows: unknown = parse(text, { schema: 'failsafe' });
  return Array.isArray(rows) ? rows : [];
}

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
  const sample = fc.constantFrom(...Object.values(AWS_AUTH_SAMPLES).filter((one) => one !== '``'));
  /** Comments between any two lines; where that is within a text, they become a part of it. */
  const text = fc
    .tuple(theirs, style, sample, fc.array(fc.tuple(fc.nat(), word)))
    .map(([rows, options, other, comments]) => {
      const written = rows.length === 0 ? other : stringify(rows, options);
      const lines = written.split('\n');
      for (const [at, words] of comments) lines.splice(at % lines.length, 0, `# ${words}`);
      return lines.join('\n');
    })
    .filter((written) => parseDocument(written, { schema: 'failsafe' }).errors.length === 0);
  const ours = fc.array(
    fc.stringMatching(/^ours-[a-z]{1,8}$/).map((name) => `arn:aws:iam::111122223333:role/${name}`),
  );
  it('loses nothing, adds each role once, and adds nothing the second time', () => {
    fc.assert(
      fc.property(text, ours, (before, arns) => {
        const { mapRoles, added } = mergeNodeRoles(before, arns);
        expect(readAll(mapRoles).slice(0, readAll(before).length)).toEqual(readAll(before));
        expect(readAll(mapRoles).slice(readAll(before).length)).toEqual(
          [...new Set(arns)].map((rolearn) => expect.objectContaining({ rolearn })),
        );
        expect(added).toEqual([...new Set(arns)]);
        for (const line of before.match(/^#.*$/gm) ?? []) expect(mapRoles).toContain(line);
        expect(mergeNodeRoles(mapRoles, arns)).toMatchObject({ mapRoles, added: [] });
      }),
      { numRuns: 300, seed: 6 },
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
