import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ClusterError } from '../core/errors.ts';
import { mergeNodeRoles, removeNodeRoles } from './map-roles.ts';
import { AWS_AUTH_SAMPLES } from './testing/aws-auth-samples.ts';

const ROLE = 'arn:aws:iam::111122223333:role/eks-multus-pr-7-ng1-NodeRole-1ABC';
const ADMIN = `# people
- rolearn: arn:aws:iam::111122223333:role/admin # break glass
  username: admin
  groups:
    - system:masters
`;
const NODE = (arn: string) => `- rolearn: ${arn}
  username: system:node:{{EC2PrivateDNSName}}
  groups: [system:bootstrappers, system:nodes]
`;

describe('removeNodeRoles', () => {
  it.each(Object.entries(AWS_AUTH_SAMPLES))('undoes mergeNodeRoles: %s', (_, text) => {
    const merged = mergeNodeRoles(text, [ROLE]).mapRoles;
    const { mapRoles, removed } = removeNodeRoles(merged, [ROLE]);
    expect(removed).toEqual([ROLE]);
    const empty = /^[\s"`]*$/.test(text);
    expect(parse(mapRoles) ?? []).toEqual(empty ? [] : (parse(text) ?? []));
  });

  it('keeps comments, other rows, and their order', () => {
    const text = `${NODE('arn:aws:iam::111122223333:role/base')}# about the preview\n${NODE(ROLE)}${ADMIN}`;
    expect(removeNodeRoles(text, [ROLE]).mapRoles).toBe(
      `${NODE('arn:aws:iam::111122223333:role/base')}# about the preview\n${ADMIN}`,
    );
  });

  it('keeps a row that maps the role to something else, and texts without the role', () => {
    const other = `- rolearn: ${ROLE}\n  username: ops\n  groups: [ops]\n`;
    expect(removeNodeRoles(other, [ROLE])).toEqual({ mapRoles: other, removed: [] });
    expect(removeNodeRoles(': not a list', ['arn:aws:iam::1:role/x']).removed).toEqual([]);
  });

  it('returns an empty text when there were no other rows', () => {
    const text = mergeNodeRoles('', [ROLE]).mapRoles;
    expect(removeNodeRoles(text, [ROLE]).mapRoles).toBe('');
  });

  it('finds a role by its ARN without the path', () => {
    const role = ROLE.replace(':role/', ':role/teams/');
    expect(removeNodeRoles(NODE(ROLE), [role]).removed).toEqual([ROLE]);
  });

  it('keeps the values of a removed row that other rows refer to', () => {
    const text = `- rolearn: ${ROLE}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: &nodes\n  - system:bootstrappers\n  - system:nodes\n- rolearn: other\n  groups: *nodes\n`;
    const { mapRoles } = removeNodeRoles(text, [ROLE]);
    expect(parse(mapRoles)).toEqual([
      { rolearn: 'other', groups: ['system:bootstrappers', 'system:nodes'] },
    ]);
  });

  it('refuses a text that is not a list of rows', () => {
    expect(() => removeNodeRoles(`text: ${ROLE}`, [ROLE])).toThrow(ClusterError);
  });

  it('removes any of several roles and keeps exactly the others', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/).map((end) => `arn:aws:iam::1:role/${end}`);
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 6 }), fc.nat(), (arns, seed) => {
        const gone = arns.filter((_, index) => ((seed >> index) & 1) === 1);
        const text = mergeNodeRoles(ADMIN, arns).mapRoles;
        const left = mergeNodeRoles(
          ADMIN,
          arns.filter((arn) => !gone.includes(arn)),
        ).mapRoles;
        expect(removeNodeRoles(text, gone)).toEqual({ mapRoles: left, removed: gone });
      }),
    );
  });
});
