import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lossesIn } from './losses.ts';
import { refusalOf } from './refused-changes.ts';
import type { Change } from './stack-api.ts';

const GUARDED = [
  'AWS::EC2::VPC',
  'AWS::EC2::Subnet',
  'AWS::EKS::Cluster',
  'AWS::KMS::Key',
  'AWS::AutoScaling::AutoScalingGroup',
];
const OTHERS = ['AWS::EC2::LaunchTemplate', 'AWS::IAM::Role', 'AWS::Lambda::Function'];

const change = (type: string, action: string, replacement?: string): Change => ({
  action,
  logicalId: 'Thing',
  type,
  replacement,
  details: [],
});

const anyChange = fc.record({
  action: fc.constantFrom('Add', 'Modify', 'Remove', 'Dynamic', 'Import'),
  logicalId: fc.stringMatching(/^[A-Z][a-z]{1,6}$/),
  type: fc.constantFrom(...GUARDED, ...OTHERS),
  replacement: fc.constantFrom('True', 'False', 'Conditional', undefined),
  details: fc.constant([]),
});

describe('a loss', () => {
  it.each(GUARDED)('is the removal or replacement of %s, and nothing else', (type) => {
    const texts = (one: Change) => lossesIn([one], undefined).map(({ text }) => text);
    expect(texts(change(type, 'Remove'))).toEqual([expect.stringContaining('is removed')]);
    expect(texts(change(type, 'Modify', 'True'))).toEqual([expect.stringContaining('is replaced')]);
    expect(texts(change(type, 'Modify', 'Conditional'))).toEqual([
      expect.stringContaining('may be replaced'),
    ]);
    expect(texts(change(type, 'Dynamic'))).toEqual([expect.stringContaining('may be')]);
    expect(texts(change(type, 'Modify', 'False'))).toEqual([]);
    expect(texts(change(type, 'Add'))).toEqual([]);
  });

  it.each(OTHERS)('is not the replacement of %s, which CloudFormation makes anew', (type) => {
    expect(lossesIn([change(type, 'Modify', 'True')], undefined)).toEqual([]);
    expect(lossesIn([change(type, 'Remove')], undefined)).toEqual([]);
  });

  it('is not the replacement of a node group that cannot have nodes', () => {
    const removed = [change('AWS::AutoScaling::AutoScalingGroup', 'Remove')];
    expect(lossesIn(removed, { parameters: { MaxSize: '0' } })).toEqual([]);
    expect(lossesIn(removed, { parameters: { MaxSize: '3' } })).toHaveLength(1);
  });
});

describe('a deploy', () => {
  const spec = { name: 'lab', onFailure: 'rollback', allowReplacement: [] } as const;

  it('refuses exactly the losses that allow-replacement does not name', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyChange, { selector: ({ logicalId }) => logicalId }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        (changes, picks) => {
          const losses = lossesIn(changes, undefined);
          const allowed = losses
            .filter((_, index) => picks[index % 12])
            .map((one) => one.logicalId);
          const refusal = refusalOf({ ...spec, allowReplacement: allowed }, changes, undefined);
          const refused = losses.filter(({ logicalId }) => !allowed.includes(logicalId));
          expect(refusal === undefined).toBe(refused.length === 0);
          for (const { text } of refused) expect(refusal?.failure.reason).toContain(text);
        },
      ),
    );
  });

  it('goes through when it names what the refusal says', () => {
    fc.assert(
      fc.property(fc.array(anyChange), (changes) => {
        const refusal = refusalOf(spec, changes, undefined);
        const said = /allow-replacement: ([\w,]+)/.exec(refusal?.failure.nextStep ?? '')?.[1] ?? '';
        const allowReplacement = said.split(',');
        expect(refusalOf({ ...spec, allowReplacement }, changes, undefined)).toBeUndefined();
      }),
    );
  });

  it('says what is lost, and what to do', () => {
    const changes = [change('AWS::EC2::VPC', 'Modify', 'True')];
    expect(refusalOf(spec, changes, undefined)?.message).toBe(
      'stack lab: Thing (AWS::EC2::VPC) is replaced: this deletes the network with everything in it\nNext step: take back the inputs that cause this; if it is really wanted, run again with allow-replacement: Thing. Nothing has been changed yet',
    );
  });
});
