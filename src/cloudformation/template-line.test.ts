import { expect, it } from 'vitest';
import { resourceLine } from './template-line.ts';

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

it('does not take parameters or properties for resources', () => {
  expect(resourceLine(template, 'Subnet')).toBeUndefined();
  expect(resourceLine('Parameters:\n  Vpc:\n', 'Vpc')).toBeUndefined();
});
