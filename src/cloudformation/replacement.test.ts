import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { references } from '../../dev/stand-ins/aws/cloudformation/language/references.ts';
import type { Json } from '../../dev/stand-ins/aws/cloudformation/language/value.ts';
import { awsSpecification } from '../../dev/stand-ins/aws/cloudformation/plan/specification.ts';
import { readTemplate } from '../../dev/testing/samples/read-template.ts';
import { isLasting, isReplaced, settleReplacements } from './replacement.ts';
import type { Change, ChangeDetail } from './stack-api.ts';

const modify = (
  logicalId: string,
  type: string,
  replacement: string,
  ...details: readonly ChangeDetail[]
): Change => ({ action: 'Modify', logicalId, type, replacement, details });

const detail = (changes: Partial<ChangeDetail>): ChangeDetail => ({
  target: 'RoleArn',
  cause: undefined,
  source: 'DirectModification',
  evaluation: 'Static',
  recreation: 'Never',
  ...changes,
});
const tags = detail({ target: 'Tags' });
const byAttribute = (cause: string, target = 'RoleArn') =>
  detail({
    target,
    cause,
    source: 'ResourceAttribute',
    evaluation: 'Dynamic',
    recreation: 'Always',
  });

const role = (replacement = 'False') => modify('Role', 'AWS::IAM::Role', replacement, tags);
const key = modify('Key', 'AWS::KMS::Key', 'False', tags);
const cluster = (...details: readonly ChangeDetail[]) =>
  modify('Cluster', 'AWS::EKS::Cluster', 'Conditional', tags, ...details);

const mayReplace = ({ recreation }: ChangeDetail) => recreation !== 'Never';

/** What becomes of the last of some changes. */
const settled = (...changes: readonly Change[]) => settleReplacements(changes).at(-1)?.replacement;

describe('a resource that may be replaced', () => {
  it('is not, when only the names of resources that stay could replace it', () => {
    const arns = [byAttribute('Role.Arn'), byAttribute('Key.Arn', 'EncryptionConfig')];
    expect(settled(role(), key, cluster(...arns))).toBe('False');
    // A change set lists its changes by their names, whatever depends on what.
    expect(settleReplacements([cluster(...arns), key, role()])[0]?.replacement).toBe('False');
  });

  it('is not, when what it refers to is not replaced after all', () => {
    const byReference = detail({
      target: 'ClusterName',
      cause: 'Cluster',
      source: 'ResourceReference',
      evaluation: 'Dynamic',
      recreation: 'Always',
    });
    const entry = modify('Entry', 'AWS::EKS::AccessEntry', 'Conditional', byReference);
    expect(settled(role(), cluster(byAttribute('Role.Arn')), entry)).toBe('False');
    expect(settled(role('True'), cluster(byAttribute('Role.Arn')), entry)).toBe('Conditional');
  });

  it.each([
    ['its role is replaced', [role('True')], byAttribute('Role.Arn')],
    ['its role may be replaced', [role('Conditional')], byAttribute('Role.Arn')],
    ['its role is made anew', [{ ...role(), action: 'Add' }], byAttribute('Role.Arn')],
    ['the change set does not say what becomes of the role', [], byAttribute('Role.Arn')],
    ['an attribute may change in place', [role()], byAttribute('Role.Policies')],
    ['a new value is known', [role()], { ...byAttribute('Role.Arn'), evaluation: 'Static' }],
    ['nothing says why', [role()], { ...byAttribute('Role.Arn'), cause: undefined }],
    [
      'the template has another text',
      [role()],
      { ...byAttribute('Role.Arn'), source: 'DirectModification' },
    ],
    ['nothing says what a change needs', [], detail({ recreation: undefined })],
  ])('stays so when %s', (_, others: readonly Change[], reason: ChangeDetail) => {
    expect(settled(...others, cluster(reason))).toBe('Conditional');
    // A good reason beside it does not help.
    const twice = cluster(byAttribute('Key.Arn', 'EncryptionConfig'), reason);
    expect(settled(...others, key, twice)).toBe('Conditional');
  });

  it('stays so without a reason, and when two lead to each other', () => {
    expect(settled(cluster())).toBe('Conditional');
    const one = modify('One', 'AWS::IAM::Role', 'Conditional', byAttribute('Two.Arn'));
    const two = modify('Two', 'AWS::IAM::Role', 'Conditional', byAttribute('One.Arn'));
    expect(settleReplacements([one, two]).map((change) => change.replacement)).toEqual([
      'Conditional',
      'Conditional',
    ]);
  });
});

it('settles no other change, and none that has a reason of its own', () => {
  const names = fc.constantFrom('A', 'B', 'C', 'D');
  const anyDetail = fc.record({
    target: fc.constant('Property'),
    cause: fc.option(
      fc.tuple(names, fc.constantFrom('', '.Arn', '.Policies')).map((parts) => parts.join('')),
      { nil: undefined },
    ),
    source: fc.constantFrom('ResourceAttribute', 'ResourceReference', 'DirectModification'),
    evaluation: fc.constantFrom('Static', 'Dynamic'),
    recreation: fc.constantFrom('Always', 'Conditionally', 'Never', undefined),
  });
  const anyChange = fc.record({
    action: fc.constantFrom('Add', 'Modify', 'Remove'),
    logicalId: names,
    type: fc.constantFrom('AWS::IAM::Role', 'AWS::EC2::VPC'),
    replacement: fc.constantFrom('True', 'False', 'Conditional', undefined),
    details: fc.array(anyDetail, { maxLength: 3 }),
  });
  const anySet = fc.uniqueArray(anyChange, { selector: ({ logicalId }) => logicalId });
  fc.assert(
    fc.property(anySet, (changes) => {
      const after = settleReplacements(changes);
      const kept = new Map(after.map((change) => [change.logicalId, !isReplaced(change)]));
      const narrowed = after.filter(
        ({ replacement }, index) => replacement !== changes[index]?.replacement,
      );
      expect(after.map(({ replacement: _, ...rest }) => rest)).toEqual(
        changes.map(({ replacement: _, ...rest }) => rest),
      );
      for (const { logicalId, replacement, details } of narrowed) {
        const before = changes.find((change) => change.logicalId === logicalId);
        expect([before?.replacement, replacement]).toEqual(['Conditional', 'False']);
        for (const { evaluation, cause } of details.filter(mayReplace)) {
          expect(evaluation).toBe('Dynamic');
          expect(kept.get(cause?.split('.')[0] ?? '')).toBe(true);
        }
      }
    }),
  );
});

/** Attributes of resources that an update in place changes. */
const CHANGING = ['AWS::EC2::LaunchTemplate LatestVersionNumber'];

describe.each(['infra', 'nodegroup', 'guard', 'outputs'] as const)('the template %s', (name) => {
  it('uses attributes of which it is known whether they last', async () => {
    const { Resources: resources } = readTemplate(name);
    const specification = await awsSpecification();
    const used = Object.values(resources).flatMap(({ Properties }) =>
      references(Properties as Json).flatMap(({ name: origin, attribute = '' }) => {
        const { Type } = resources[origin] ?? {};
        return Type === undefined || attribute === '' ? [] : [`${Type} ${attribute}`];
      }),
    );
    for (const one of new Set(used)) {
      const [type = '', attribute = ''] = one.split(' ');
      expect(specification(type)?.attributes, one).toContain(attribute);
      expect(CHANGING.includes(one) || isLasting(type, attribute), one).toBe(true);
    }
  });
});
