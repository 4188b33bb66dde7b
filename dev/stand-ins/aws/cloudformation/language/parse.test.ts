import { expect, test } from 'vitest';
import { parseTemplateText } from './parse.ts';

test('short forms become long forms, nested in each other', () => {
  const text = `
    A: !Ref x
    B: !Sub ["\${a}", {a: !GetAtt C.D.E}]
    C: !If [yes, !Ref AWS::NoValue, [1, "2", true, 2012-10-17]]
    D: !Base64
      Fn::Sub: x
    E: !GetAtt [R, Arn]
    F: !Not [!Condition Z]
    G: !GetAZs ""
  `;
  expect(parseTemplateText(text)).toEqual({
    A: { Ref: 'x' },
    B: { 'Fn::Sub': ['${a}', { a: { 'Fn::GetAtt': ['C', 'D.E'] } }] },
    C: { 'Fn::If': ['yes', { Ref: 'AWS::NoValue' }, [1, '2', true, '2012-10-17']] },
    D: { 'Fn::Base64': { 'Fn::Sub': 'x' } },
    E: { 'Fn::GetAtt': ['R', 'Arn'] },
    F: { 'Fn::Not': [{ Condition: 'Z' }] },
    G: { 'Fn::GetAZs': '' },
  });
});

test('JSON is read as JSON', () => {
  expect(parseTemplateText(' {"A": {"Ref": "x"}}')).toEqual({ A: { Ref: 'x' } });
});

test.each([
  ['a: [1', 'YAML not well-formed. (line 1'],
  ['a: 1\nb: !Unheard x', 'YAML not well-formed. (line 2, column 4)'],
  ['a: 1\na: 2', 'YAML not well-formed. (line 2, column 1)'],
  ['a: &x 1\nb: *x', 'YAML aliases are not allowed'],
  ['{"a": }', 'JSON not well-formed'],
])('%j is refused', (text, message) => {
  expect(() => parseTemplateText(text)).toThrow(message);
});

test('each caller gets values of its own, also of a text that was read before', () => {
  const text = 'A: { B: [1] }';
  const first = parseTemplateText(text) as { A: { B: unknown } };
  first.A.B = 'changed';
  expect(parseTemplateText(text)).toEqual({ A: { B: [1] } });
});

test('a text is refused each time', () => {
  for (let times = 0; times < 2; times += 1) {
    expect(() => parseTemplateText('A: [')).toThrow('YAML not well-formed');
  }
});
