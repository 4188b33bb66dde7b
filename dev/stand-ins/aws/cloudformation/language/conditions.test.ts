import { expect, test } from 'vitest';
import { NO_RESOURCES, stackScope } from '../scope.ts';
import { conditionValues, selectLive } from './conditions.ts';
import { readTemplate } from './template.ts';

const template = readTemplate(`
Parameters: {Size: {Type: String}, Names: {Type: CommaDelimitedList}}
Conditions:
  Big: !Equals [!Ref Size, big]
  Small: !Not [!Condition Big]
  Either: !Or [!Condition Big, !Condition Small]
  Both: !And [!Condition Big, !Condition Small]
  Named: !Not [!Equals [!Join ["", !Ref Names], ""]]
Resources:
  Always:
    Type: AWS::EC2::VPC
    DependsOn: [Sometimes]
    Properties:
      CidrBlock: !If [Big, 10.0.0.0/16, !If [Named, 10.1.0.0/16, 10.2.0.0/24]]
      InstanceTenancy: !If [Big, default, !Ref AWS::NoValue]
  Sometimes: {Type: AWS::EC2::VPC, Condition: Big}
Outputs:
  Size: {Condition: Big, Value: x}
`);

const scopeWith = (Size: string, Names: readonly string[]) =>
  stackScope(
    {
      stackId: 'id',
      stackName: 'lab',
      accountId: '123456789012',
      region: 'ap-northeast-2',
      values: { Size, Names },
      mappings: {},
      zones: [],
      notificationArns: [],
      exports: new Map(),
    },
    NO_RESOURCES,
  );

test('conditions refer to parameters and to each other', () => {
  expect(conditionValues(template, scopeWith('big', ['']))).toEqual({
    Big: true,
    Small: false,
    Either: true,
    Both: false,
    Named: false,
  });
});

test('a false condition removes its resources and outputs, and Fn::If becomes its branch', () => {
  const truths = conditionValues(template, scopeWith('small', ['x']));
  const { resources, outputs } = selectLive(template, truths);
  expect(Object.keys(resources)).toEqual(['Always']);
  expect(resources['Always']).toMatchObject({
    dependsOn: [],
    properties: { CidrBlock: '10.1.0.0/16', InstanceTenancy: { Ref: 'AWS::NoValue' } },
  });
  expect(outputs).toEqual({});
});

test('a true condition keeps its resources and outputs', () => {
  const { resources, outputs } = selectLive(
    template,
    conditionValues(template, scopeWith('big', [''])),
  );
  expect(Object.keys(resources)).toEqual(['Always', 'Sometimes']);
  expect(resources['Always']?.dependsOn).toEqual(['Sometimes']);
  expect(Object.keys(outputs)).toEqual(['Size']);
});

test('a circular condition is refused', () => {
  const circular = readTemplate(`
Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}
Resources: {R: {Type: AWS::EC2::VPC}}
`);
  expect(() => conditionValues(circular, scopeWith('', []))).toThrow(
    'Unresolved condition dependency',
  );
});
