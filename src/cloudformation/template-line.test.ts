import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { packFile } from '../core/pack-files.ts';
import { declaredResources, resourceLine } from './operation-failed.ts';

const template = `Parameters:
  Vpc:
    Type: String
Resources:
  # A comment
  Vpc:
    Type: AWS::EC2::VPC
  VpcRoutes:
    Properties:
      Subnet:
        Ref: x
`;

it('finds the line that declares a resource', () => {
  expect(resourceLine(template, 'Vpc')).toBe(6);
  expect(resourceLine(template, 'VpcRoutes')).toBe(8);
});

it('ignores parameters and properties', () => {
  expect(resourceLine(template, 'Subnet')).toBeUndefined();
  expect(resourceLine('Parameters:\n  Vpc:\n', 'Vpc')).toBeUndefined();
});

it('lists the resources of a template, with their conditions', () => {
  const text = `${template}  Nat:
    Condition: HasNat
    Type: AWS::EC2::NatGateway
Outputs:
  Nat:
    Value: x
`;
  expect(declaredResources(text)).toEqual([
    { logicalId: 'Vpc', type: 'AWS::EC2::VPC', condition: undefined },
    { logicalId: 'Nat', type: 'AWS::EC2::NatGateway', condition: 'HasNat' },
  ]);
});

it.each(['infra.yaml', 'nodegroup.yaml'])('cfn/%s has the expected layout', (name) => {
  const text = readFileSync(packFile('cfn', name), 'utf8');
  const { Resources } = parse(text, { customTags: [], logLevel: 'silent' }) as {
    Resources: Readonly<Record<string, { Type: string }>>;
  };
  expect(declaredResources(text).map(({ logicalId, type }) => [logicalId, type])).toEqual(
    Object.entries(Resources).map(([logicalId, { Type }]) => [logicalId, Type]),
  );
  for (const logicalId of Object.keys(Resources))
    expect(resourceLine(text, logicalId)).toBeGreaterThan(0);
});
