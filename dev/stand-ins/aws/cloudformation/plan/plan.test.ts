import { expect, test } from 'vitest';
import { readTemplate } from '../language/template.ts';
import type { Value, Values } from '../language/value.ts';
import type { Deployment, StackResource } from '../stack.ts';
import { resourceTags } from '../tags.ts';
import { smallSpecification, thing } from '../testing/small-specification.ts';
import { planChanges, sameOutputs } from './plan.ts';

const stack = { id: 'arn:stack/lab', name: 'lab' };

function deployment(
  yaml: string,
  values: Record<string, Value> = {},
  tags: Record<string, string> = {},
): Deployment {
  const parameters = Object.keys(values).map((name) => `${name}: {Type: String}`);
  const template = readTemplate(`Parameters: {${parameters.join(', ')}}\n${yaml}`);
  return {
    body: yaml,
    template,
    live: template,
    texts: {},
    resolved: {},
    values,
    tags,
    capabilities: [],
    notificationArns: [],
    roleArn: undefined,
  };
}

function resource(logicalId: string, properties: Values): StackResource {
  return {
    logicalId,
    type: 'AWS::Test::Thing',
    physicalId: `id-${logicalId}`,
    properties,
    attributes: { Arn: `arn:${logicalId}` },
    tags: resourceTags(thing, properties, logicalId, stack, {}),
    others: {},
    dependsOn: [],
    deletionPolicy: 'Delete',
    updateReplacePolicy: 'Delete',
    status: 'CREATE_COMPLETE',
    statusReason: undefined,
    updatedAt: new Date(0),
  };
}

function plan(next: Deployment, existing: readonly StackResource[], deployed?: Deployment) {
  const { changes } = planChanges({
    next,
    facts: {
      stackId: stack.id,
      stackName: stack.name,
      accountId: '123456789012',
      region: 'ap-northeast-2',
      values: next.values,
      mappings: {},
      zones: [],
      notificationArns: [],
      exports: new Map(),
    },
    specification: smallSpecification,
    stack: { ...stack, deployed },
    existing: new Map(existing.map((one) => [one.logicalId, one])),
  });
  return changes;
}

const short = (changes: ReturnType<typeof plan>) =>
  changes.map(({ action, logicalId, replacement }) =>
    [action, logicalId, replacement].filter(Boolean).join(' '),
  );

const two = `
Resources:
  A: {Type: AWS::Test::Thing, Properties: {Name: !Ref Name, Size: !Ref Size}}
  B: {Type: AWS::Test::Thing, Properties: {Name: b, Peers: [!Ref A], Policy: {arn: !GetAtt A.Arn}}}
`;
const before = { Name: 'a', Size: '1' };
const made = [
  resource('A', { Name: 'a', Size: 1 }),
  resource('B', { Name: 'b', Peers: ['id-A'], Policy: { arn: 'arn:A' } }),
];

test('a resource that does not exist is added', () => {
  expect(short(plan(deployment(two, before), []))).toEqual(['Add A', 'Add B']);
});

test('the same deployment again changes nothing', () => {
  expect(plan(deployment(two, before), made, deployment(two, before))).toEqual([]);
});

test('the cause is the parameter, and attributes of a changed resource may change too', () => {
  const changes = plan(deployment(two, { ...before, Size: '2' }), made, deployment(two, before));
  expect(short(changes)).toEqual(['Modify A False', 'Modify B False']);
  expect(changes[0]?.details).toEqual([
    {
      attribute: 'Properties',
      name: 'Size',
      recreation: 'Never',
      evaluation: 'Static',
      source: 'ParameterReference',
      cause: 'Size',
    },
    {
      attribute: 'Properties',
      name: 'Size',
      recreation: 'Never',
      evaluation: 'Dynamic',
      source: 'DirectModification',
    },
  ]);
  expect(changes[1]?.details).toMatchObject([
    { name: 'Policy', evaluation: 'Dynamic', source: 'ResourceAttribute', cause: 'A.Arn' },
  ]);
});

test('the id of a replaced resource is not known yet', () => {
  const changes = plan(deployment(two, { ...before, Name: 'z' }), made, deployment(two, before));
  expect(short(changes)).toEqual(['Modify A True', 'Modify B False']);
  expect(changes[0]?.policyAction).toBe('ReplaceAndDelete');
  expect(changes[1]?.details.map(({ name, cause }) => [name, cause])).toEqual([
    ['Peers', 'A'],
    ['Policy', 'A.Arn'],
  ]);
});

test('a resource that the template no longer contains is removed', () => {
  const one = 'Resources: {A: {Type: AWS::Test::Thing, Properties: {Name: a, Size: 1}}}';
  const changes = plan(deployment(one), made, deployment(two, before));
  expect(changes).toMatchObject([
    { action: 'Remove', logicalId: 'B', physicalId: 'id-B', policyAction: 'Delete' },
  ]);
});

test('stack tags change every taggable resource', () => {
  const tagged = deployment(two, before, { team: 'x' });
  const changes = plan(tagged, made, deployment(two, before));
  expect(short(changes)).toEqual(['Modify A False', 'Modify B False']);
  expect(changes[0]).toMatchObject({ scope: ['Tags'], details: [{ attribute: 'Tags' }] });
});

test('metadata is a change of its own', () => {
  const described = two.replace('AWS::Test::Thing, P', 'AWS::Test::Thing, Metadata: {a: b}, P');
  const changes = plan(deployment(described, before), made, deployment(two, before));
  expect(changes[0]).toMatchObject({ logicalId: 'A', scope: ['Metadata'] });
});

test('outputs can change without any resource change', () => {
  const withOutput = (value: string, values: Record<string, Value> = before) =>
    deployment(`${two}Outputs: {O: {Value: ${value}}}`, values);
  expect(sameOutputs(withOutput('!Ref Size'), withOutput('!Ref Size'))).toBe(true);
  expect(sameOutputs(withOutput('x'), withOutput('y'))).toBe(false);
  const other = withOutput('!Ref Size', { ...before, Size: '2' });
  expect(sameOutputs(withOutput('!Ref Size'), other)).toBe(false);
});

test('an output must be a text', () => {
  const list = deployment(`${two}Outputs: {O: {Value: !Split [",", "a,b"]}}`, before);
  expect(() => plan(list, made)).toThrow('Output O is malformed');
});
