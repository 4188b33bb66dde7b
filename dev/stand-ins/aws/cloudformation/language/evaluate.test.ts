import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, type Scope } from './evaluate.ts';
import { parseTemplateText } from './parse.ts';
import { type Json, NO_VALUE, TemplateError, UNKNOWN } from './value.ts';

const refs: Record<string, string | readonly string[]> = {
  Name: 'lab',
  List: ['a', 'b', 'c'],
  Vpc: 'vpc-1',
  'AWS::Region': 'ap-northeast-2',
};

const scope: Scope = {
  mappings: { Zones: { one: { letter: 'a', list: ['x', 'y'] } } },
  ref: (name) => (name === 'AWS::NoValue' ? NO_VALUE : name === 'Later' ? UNKNOWN : refs[name]),
  attribute: (resource, attribute) =>
    resource === 'Vpc' && attribute === 'CidrBlock'
      ? '10.0.0.0/16'
      : resource === 'Later'
        ? UNKNOWN
        : undefined,
  imported(name) {
    if (name === 'shared') return 'sg-9';
    throw new TemplateError(`No export named ${name} found.`);
  },
  zones: (region) => ['a', 'b'].map((letter) => `${region || 'ap-northeast-2'}${letter}`),
};

const value = (yaml: string) => {
  const { Value } = parseTemplateText(`Value: ${yaml}`) as { Value: Json };
  return evaluate(Value, scope);
};

test.each([
  ['!Ref Name', 'lab'],
  ['!Ref AWS::Region', 'ap-northeast-2'],
  ['!GetAtt Vpc.CidrBlock', '10.0.0.0/16'],
  ['{Fn::GetAtt: Vpc.CidrBlock}', '10.0.0.0/16'],
  ['!Sub "${Name}-${Vpc.CidrBlock}-${!Name}"', 'lab-10.0.0.0/16-${Name}'],
  ['!Sub ["${Name}/${own}", {own: !Select [1, !Ref List]}]', 'lab/b'],
  ['!Join ["-", [x, !Ref Name, 3]]', 'x-lab-3'],
  ['!Join [",", !Ref List]', 'a,b,c'],
  ['!Select ["2", !Ref List]', 'c'],
  ['!Split [",", "a,b"]', ['a', 'b']],
  ['!Base64 hello', 'aGVsbG8='],
  ['!FindInMap [Zones, one, letter]', 'a'],
  ['!FindInMap [Zones, one, list]', ['x', 'y']],
  ['!GetAZs ""', ['ap-northeast-2a', 'ap-northeast-2b']],
  ['!Select [0, !GetAZs {Ref: AWS::Region}]', 'ap-northeast-2a'],
  ['!Cidr [!GetAtt Vpc.CidrBlock, 2, 8]', ['10.0.0.0/24', '10.0.1.0/24']],
  ['!ImportValue shared', 'sg-9'],
  ['[1, !Ref AWS::NoValue, 2]', [1, 2]],
  ['{a: !Ref AWS::NoValue, b: [{c: !Ref Name}]}', { b: [{ c: 'lab' }] }],
])('%s', (yaml, expected) => {
  expect(value(yaml)).toEqual(expected);
});

test.each([
  '!Ref Later',
  '!Sub "x-${Later}"',
  '!Sub "x-${Later.Arn}"',
  '!Join ["-", [x, !GetAtt Later.Arn]]',
  '!Select [0, !Ref Later]',
  '!Base64 {Ref: Later}',
  '!Split [",", !Ref Later]',
])('%s is unknown while its input is unknown', (yaml) => {
  expect(value(yaml)).toBe(UNKNOWN);
});

test('a known item of a partly unknown list is known', () => {
  expect(value('!Select [1, [!Ref Later, x]]')).toBe('x');
});

test.each([
  ['!Ref Nobody', 'Unresolved resource dependencies [Nobody]'],
  ['!Sub "${Nobody}"', 'Unresolved resource dependencies [Nobody]'],
  ['!GetAtt Vpc.Colour', 'resource Vpc does not support attribute type Colour'],
  ['!Select [7, !Ref List]', 'nonexistent value at index 7'],
  ['!Join [",", text]', 'Fn::Join requires a list'],
  ['!Join [","]', 'every Fn::Join object requires 2 arguments'],
  ['!FindInMap [Zones, two, letter]', 'Unable to get mapping for Zones::two::letter'],
  ['!ImportValue nothing', 'No export named nothing found'],
  ['{Fn::Length: [1]}', 'Fn::Length is not a function that is supported here'],
])('%s is an error', (yaml, message) => {
  expect(() => value(yaml)).toThrow(message);
});

test('a value without functions stays as it is', () => {
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(tie('value')),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('value'), { noNullPrototype: true }),
    ),
  })).value;
  fc.assert(
    fc.property(json, (template) => {
      expect(evaluate(template, scope)).toEqual(template);
    }),
  );
});
