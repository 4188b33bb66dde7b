import { expect, test } from 'vitest';
import { missingCapabilities, neededCapabilities } from './capabilities.ts';
import { readTemplate } from './template.ts';
import { validateTemplate } from './validate.ts';

const attributes = (type: string) =>
  type === 'AWS::EC2::VPC'
    ? new Set(['CidrBlock'])
    : type.startsWith('AWS::IAM')
      ? new Set<string>()
      : undefined;

const check = (yaml: string) => validateTemplate(readTemplate(yaml), attributes);

test.each([
  ['Resources: {}', 'At least one Resources member must be defined'],
  ['Ressources: {}', 'Invalid template property or properties [Ressources]'],
  ['Resources: {V: {Properties: {}}}', 'Every Resources object must contain a Type member'],
  ['Resources: {my-vpc: {Type: AWS::EC2::VPC}}', 'name my-vpc is non alphanumeric'],
  ['Resources: {V: {Type: AWS::EC2::Router}}', 'Unrecognized resource types: [AWS::EC2::Router]'],
  [
    'Resources: {V: {Type: AWS::EC2::VPC, Properties: {A: !Ref X}}}',
    'dependencies [X] in the Resources',
  ],
  ['Resources: {V: {Type: AWS::EC2::VPC, DependsOn: X}}', 'dependencies [X] in the Resources'],
  ['Resources: {V: {Type: AWS::EC2::VPC, Properties: {A: !Sub "${X.Y}"}}}', 'dependencies [X]'],
  [
    'Resources: {V: {Type: AWS::EC2::VPC}}\nOutputs: {O: {Value: !Ref X}}',
    '[X] in the Outputs block',
  ],
  [
    'Resources: {V: {Type: AWS::EC2::VPC}}\nOutputs: {O: {Value: !GetAtt V.Colour}}',
    'attribute type Colour',
  ],
  ['Resources: {V: {Type: AWS::EC2::VPC}}\nOutputs: {O: {}}', 'must contain a Value object'],
  [
    'Resources: {V: {Type: AWS::EC2::VPC, DependsOn: W}, W: {Type: AWS::EC2::VPC, DependsOn: V}}',
    'Circular dependency between resources: [V, W]',
  ],
])('%s', (yaml, message) => {
  expect(() => check(yaml)).toThrow(message);
});

test('a valid template passes', () => {
  check(`
Parameters: {P: {Type: String}}
Resources: {V: {Type: AWS::EC2::VPC, Properties: {A: !Sub "\${AWS::Region}-\${P}"}}}
Outputs: {O: {Value: !GetAtt V.CidrBlock}}
`);
});

const needs = (resources: string) => neededCapabilities(readTemplate(`Resources: ${resources}`));

test.each([
  ['{V: {Type: AWS::EC2::VPC}}', []],
  ['{R: {Type: AWS::IAM::Role}}', ['CAPABILITY_IAM']],
  ['{R: {Type: AWS::IAM::Policy, Properties: {PolicyName: x}}}', ['CAPABILITY_IAM']],
  ['{R: {Type: AWS::IAM::Role, Properties: {RoleName: x}}}', ['CAPABILITY_NAMED_IAM']],
])('%s needs %j', (resources, capabilities) => {
  expect(needs(resources).capabilities).toEqual(capabilities);
});

test('CAPABILITY_NAMED_IAM includes CAPABILITY_IAM, but not vice versa', () => {
  const plain = needs('{R: {Type: AWS::IAM::Role}}');
  const named = needs('{R: {Type: AWS::IAM::Role, Properties: {RoleName: x}}}');
  expect(missingCapabilities(plain, ['CAPABILITY_NAMED_IAM'])).toEqual([]);
  expect(missingCapabilities(named, ['CAPABILITY_IAM'])).toEqual(['CAPABILITY_NAMED_IAM']);
});
