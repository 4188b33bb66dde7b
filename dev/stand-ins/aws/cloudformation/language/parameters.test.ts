import { expect, test } from 'vitest';
import { parameterTexts, parameterValues, ssmNames } from './parameters.ts';
import { readTemplate } from './template.ts';

const declared = (yaml: string) =>
  readTemplate(`Parameters:\n${yaml}\nResources: {R: {Type: AWS::EC2::InternetGateway}}`)
    .parameters;

const given = (values: Record<string, string>) =>
  Object.entries(values).map(([key, value]) => ({ key, value, usePrevious: false }));

const texts = (yaml: string, values: Record<string, string> = {}) =>
  parameterTexts(declared(yaml), given(values), undefined);

test('a given value wins over the previous one, and that over the default', () => {
  const parameters = declared(`
  A: {Type: String, Default: a}
  B: {Type: String, Default: b}
  C: {Type: Number, Default: 3}`);
  const chosen = parameterTexts(
    parameters,
    [
      { key: 'A', value: 'x', usePrevious: false },
      { key: 'B', usePrevious: true },
    ],
    { B: 'before' },
  );
  expect(chosen).toEqual({ A: 'x', B: 'before', C: '3' });
});

test('UsePreviousValue needs a previous value', () => {
  const parameters = declared('  A: {Type: String}');
  const use = [{ key: 'A', usePrevious: true }];
  expect(() => parameterTexts(parameters, use, undefined)).toThrow(
    'Cannot specify usePreviousValue as true',
  );
});

test.each([
  ['  A: {Type: String}', {}, 'Parameters: [A] must have values'],
  ['  A: {Type: String}', { A: '1', Z: '1' }, 'Parameters: [Z] do not exist in the template'],
  ['  A: {Type: Number}', { A: 'x' }, "Parameter 'A' must be a number."],
  ['  A: {Type: List<Number>}', { A: '1,x' }, "Parameter 'A' must be a number."],
  ['  A: {Type: Number, MinValue: 2}', { A: '1' }, 'not less than 2'],
  ['  A: {Type: Number, MaxValue: 2}', { A: '3' }, 'not greater than 2'],
  ['  A: {Type: String, MinLength: 2}', { A: 'x' }, 'at least 2 characters'],
  ['  A: {Type: String, MaxLength: 2}', { A: 'xyz' }, 'at most 2 characters'],
  ['  A: {Type: String, AllowedValues: [x, 1]}', { A: '2' }, 'must be one of AllowedValues'],
  ['  A: {Type: String, AllowedPattern: "[a-z]+"}', { A: 'a1' }, 'must match pattern [a-z]+'],
  ['  A: {Type: CommaDelimitedList, AllowedPattern: "[a-z]"}', { A: 'a,1' }, 'must match pattern'],
  [
    '  A: {Type: String, AllowedPattern: "[a-z]", ConstraintDescription: only letters}',
    { A: '1' },
    'Parameter A failed to satisfy constraint: only letters',
  ],
])('%s with %o', (yaml, values, message) => {
  expect(() => texts(yaml, values as Record<string, string>)).toThrow(message);
});

test('lists are split, SSM parameters are resolved, numbers stay text', () => {
  const parameters = declared(`
  Zones: {Type: CommaDelimitedList}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Size: {Type: Number}
  Image: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /image}
  Images: {Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /images}`);
  const chosen = parameterTexts(
    parameters,
    given({ Zones: 'a, b', Subnets: 'subnet-1', Size: '3' }),
    undefined,
  );
  expect(ssmNames(parameters, chosen)).toEqual({ Image: '/image', Images: '/images' });
  expect(parameterValues(parameters, chosen, { Image: 'ami-1', Images: 'x,y' })).toEqual({
    Zones: ['a', 'b'],
    Subnets: ['subnet-1'],
    Size: '3',
    Image: 'ami-1',
    Images: ['x', 'y'],
  });
});
