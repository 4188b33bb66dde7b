import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../dev/testing/samples/read-template.ts';
import { nodeGroupsField } from '../node-groups.ts';
import { haveRoomForDns } from './dns-room.ts';
import {
  MOST_REGISTRATION_TEXT,
  MOST_TAGS,
  MOST_USER_DATA,
  type NodeExtras,
} from './extra-fields.ts';
import { extraParameters, imageOfStack } from './extra-parameters.ts';

const RECOMMENDED =
  '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id';
const template = readTemplate('nodegroup').Parameters;

function read(fields: object) {
  return nodeGroupsField().safeParse(JSON.stringify([{ name: 'ng1', ...fields }]));
}

/** The extras of a group with these fields. */
function extrasWith(fields: object): NodeExtras {
  const [group] = nodeGroupsField().parse(JSON.stringify([{ name: 'ng1', ...fields }]));
  if (group === undefined) throw new Error('there is no group');
  return group;
}

const parametersOf = (fields: object) => extraParameters(extrasWith(fields), RECOMMENDED);

describe('fields of a node group', () => {
  it('leave the template as it is without them', () => {
    for (const [name, value] of Object.entries(parametersOf({}))) {
      if (name !== 'NodeImageIdSSMParam') expect(value, name).toBe(template[name]?.Default);
    }
    expect(parametersOf({})).toMatchObject({ NodeImageIdSSMParam: RECOMMENDED, OwnImage: 'false' });
  });

  it.each([
    [{ ami: 'ami-123' }, 'the id of an AMI'],
    [{ ami: 'golden/nodes' }, 'the id of an AMI'],
    [{ 'volume-type': 'io2' }, 'gp2 or gp3'],
    [{ 'volume-key': 'alias/ebs' }, 'the ARN of a KMS key'],
    [{ 'placement-group': '' }, 'the name of a placement group'],
    [{ 'detailed-monitoring': 'yes' }, 'true or false'],
    [{ labels: { team: 'a b' } }, 'at most 10 labels'],
    [{ labels: { team: 1 } }, 'at most 10 labels'],
    [{ labels: { 'node-role.kubernetes.io/worker': '' } }, 'at most 10 labels'],
    [{ labels: { 'eks-multus-actions/environment': 'other' } }, 'at most 10 labels'],
    [{ labels: Object.fromEntries([...'abcdefghijk'].map((one) => [one, one])) }, 'at most 10'],
    [
      { labels: Object.fromEntries([...'abcdefgh'].map((one) => [one, one.repeat(63)])) },
      'in all 512',
    ],
    [{ taints: 'dedicated=media:NoSchedule' }, 'at most 10 taints'],
    [{ taints: ['dedicated=media'] }, 'at most 10 taints'],
    [{ taints: ['dedicated=media:noschedule'] }, 'at most 10 taints'],
    [{ taints: ['a:NoSchedule', 'a=b:NoSchedule'] }, 'each key and effect once'],
    [{ taints: ['node.kubernetes.io/not-ready:NoSchedule'] }, 'none of node.kubernetes.io'],
    [{ taints: ['node.cloudprovider.kubernetes.io/uninitialized:NoSchedule'] }, 'at most 10'],
    [{ taints: ['eks-multus-actions/networks-not-ready:NoSchedule'] }, 'at most 10 taints'],
    [{ taints: [...'abcdefghijk'].map((key) => `${key}:NoSchedule`) }, 'at most 10 taints'],
    [
      {
        labels: { team: 'x'.repeat(63) },
        taints: [...'abcdefg'].map((key) => `${key.repeat(63)}:NoSchedule`),
      },
      'labels and taints of in all 512 characters',
    ],
    [{ tags: { 'aws:team': 'x' } }, 'at most 5 tags'],
    [{ tags: { 'eks-multus:environment': 'x' } }, 'at most 5 tags'],
    [{ tags: { 'eks-multus-actions/cluster': 'x' } }, 'at most 5 tags'],
    [{ tags: { 'kubernetes.io/cluster/other': 'owned' } }, 'at most 5 tags'],
    [{ tags: { Name: 'x' } }, 'at most 5 tags'],
    [{ tags: { 'a=b': 'x' } }, 'at most 5 tags'],
    [{ tags: { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' } }, 'at most 5 tags'],
    [{ 'user-data': 'echo hello' }, 'a script of at most'],
    [{ 'user-data': '#!/bin/bash\necho ü' }, 'a script of at most'],
    [{ 'user-data': '#!/bin/bash\n--NODE\n' }, 'a script of at most'],
    [{ 'user-data': `#!/bin/bash\n#${'x'.repeat(MOST_USER_DATA)}` }, 'a script of at most'],
  ])('%j: %s', (fields, says) => {
    const { error } = read(fields);
    expect(error?.issues.map(({ message }) => message).join()).toContain(says);
  });

  it('may have labels that a kubelet may choose', () => {
    const labels = { 'node.kubernetes.io/pool': 'media', 'acme.example/tier': 'edge', team: '' };
    expect(parametersOf({ labels })['NodeLabels']).toBe(
      ',node.kubernetes.io/pool=media,acme.example/tier=edge,team=',
    );
  });
});

describe('taints', () => {
  it('are one list for the kubelet, in their order', () => {
    const taints = [
      'dedicated=media:NoSchedule',
      'dedicated=media:NoExecute',
      'node-role.kubernetes.io/edge=:PreferNoSchedule',
    ];
    expect(parametersOf({ taints })['NodeTaints']).toBe(
      'dedicated=media:NoSchedule,dedicated=media:NoExecute,node-role.kubernetes.io/edge:PreferNoSchedule',
    );
  });

  it.each([
    [[['a:NoSchedule']], false],
    [[['a:NoExecute'], ['b:PreferNoSchedule', 'c:NoSchedule']], false],
    [[['a:NoSchedule'], []], true],
    [[['a:PreferNoSchedule']], true],
    [[['CriticalAddonsOnly=true:NoExecute']], true],
    [[['node-role.kubernetes.io/control-plane:NoSchedule']], true],
    [[['node-role.kubernetes.io/control-plane=x:NoSchedule']], false],
    [[['node-role.kubernetes.io/control-plane:NoExecute']], false],
  ])('of groups %j leave room for DNS: %s', (groups, room) => {
    expect(haveRoomForDns(groups.map((taints) => extrasWith({ taints })))).toBe(room);
  });
});

describe('the AMI', () => {
  const AMI = 'ami-0123456789abcdef0';

  it.each([
    [undefined, { NodeImageIdSSMParam: RECOMMENDED, ImageId: '', OwnImage: 'false' }],
    [AMI, { NodeImageIdSSMParam: RECOMMENDED, ImageId: AMI, OwnImage: 'true' }],
    ['/golden/nodes', { NodeImageIdSSMParam: '/golden/nodes', ImageId: '', OwnImage: 'true' }],
    [
      '/aws/service/eks/optimized-ami/1.34/x/image_id',
      {
        NodeImageIdSSMParam: '/aws/service/eks/optimized-ami/1.34/x/image_id',
        ImageId: '',
        OwnImage: 'false',
      },
    ],
  ])('%s', (ami, wanted) => {
    expect(parametersOf({ ami })).toMatchObject(wanted);
  });

  it('of new nodes is the given one, or what CloudFormation has looked up', () => {
    const lookedUp = { NodeImageIdSSMParam: 'ami-looked-up' };
    expect(imageOfStack({ parameters: { ImageId: AMI }, lookedUp })).toBe(AMI);
    expect(imageOfStack({ parameters: { ImageId: '' }, lookedUp })).toBe('ami-looked-up');
    expect(imageOfStack({ parameters: {}, lookedUp })).toBe('ami-looked-up');
    expect(imageOfStack({ parameters: {}, lookedUp: {} })).toBeUndefined();
  });
});

const WORD = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,20}[A-Za-z0-9]$/);

it('whatever the fields take, the template takes, too', () => {
  fc.assert(
    fc.property(
      fc.record({
        labels: fc.dictionary(WORD, WORD, { maxKeys: 10 }),
        taints: fc.array(
          fc
            .tuple(WORD, fc.option(WORD), fc.constantFrom('NoSchedule', 'NoExecute', 'None'))
            .map(([key, value, effect]) => `${key}${value === null ? '' : `=${value}`}:${effect}`),
          { maxLength: 4 },
        ),
        tags: fc.dictionary(
          fc.stringMatching(/^[\w .:/+@-]{1,128}$/),
          fc.stringMatching(/^[\w .:/+@-]{0,256}$/),
          {
            maxKeys: MOST_TAGS,
          },
        ),
        'user-data': fc
          .string({ unit: fc.constantFrom(...'\t\n\r #!$ab{}"\'-'), minLength: 1, maxLength: 200 })
          .map((text) => `#!${text}`),
      }),
      (fields) => {
        const result = read(fields);
        if (!result.success) return;
        const parameters = extraParameters(result.data[0] as NodeExtras, RECOMMENDED);
        const { NodeLabels = '', NodeTaints = '' } = parameters;
        expect(NodeLabels.length + NodeTaints.length).toBeLessThanOrEqual(MOST_REGISTRATION_TEXT);
        for (const [name, value] of Object.entries(parameters)) {
          const { AllowedPattern = '' } = template[name] ?? {};
          expect(value, name).toMatch(new RegExp(AllowedPattern));
        }
      },
    ),
  );
});

it('the template has a place for each tag, and as much room for a script', () => {
  const tags = Object.keys(template).filter((name) => /^Tag\d$/.test(name));
  expect(tags).toHaveLength(MOST_TAGS);
  expect(template['UserDataPart']).toMatchObject({ MaxLength: MOST_USER_DATA });
});
