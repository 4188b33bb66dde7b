import { expect, test } from 'vitest';
import { UNKNOWN, type Values } from '../language/value.ts';
import { thing } from '../testing/small-specification.ts';
import { propertyChanges, propertyProblems, typedProperties } from './properties.ts';

test.each<[Values, string]>([
  [{}, ' Required property [Name] not found'],
  [{ Name: 'x', Colour: 'red' }, ' Unsupported property [Colour]'],
  [{ Name: 'x', Size: 'big' }, '/Size Value of property must be a number'],
  [{ Name: 'x', Open: 'perhaps' }, '/Open Value of property must be a boolean'],
  [{ Name: ['x'] }, '/Name Value of property must be a text'],
  [{ Name: 'x', Peers: 'y' }, '/Peers Value of property must be a list'],
  [{ Name: 'x', Settings: {} }, '/Settings Required property [Mode] not found'],
  [{ Name: 'x', Settings: { Mode: 'y', Z: 1 } }, '/Settings Unsupported property [Z]'],
  [{ Name: 'x', Labels: { a: ['b'] } }, '/Labels/a Value of property must be a text'],
  [{ Name: 'x', Tags: [{ Key: 'a', Colour: 1 }] }, '/Tags/0 Unsupported property [Colour]'],
])('%j', (properties, problem) => {
  const found = propertyProblems(thing, properties);
  expect(found.map(({ path, reason }) => `${path} ${reason}`)).toEqual([problem]);
});

test('valid and unknown values have no problems', () => {
  const properties: Values = {
    Name: UNKNOWN,
    Size: '3',
    Open: 'true',
    Peers: ['a', UNKNOWN],
    Policy: { any: ['thing'] },
    Labels: { a: 1 },
    Settings: { Mode: 'x' },
  };
  expect(propertyProblems(thing, properties)).toEqual([]);
});

test('texts become the types of the specification', () => {
  const given = { Name: 5, Size: '3', Open: 'False', Policy: { n: '3' }, Labels: { a: 1 } };
  expect(typedProperties(thing, given)).toEqual({
    Name: '5',
    Size: 3,
    Open: false,
    Policy: { n: '3' },
    Labels: { a: '1' },
  });
});

const recreation = (before: Values, after: Values) =>
  propertyChanges(thing, before, after).map(({ name, recreation, uncertain }) => [
    name,
    recreation,
    uncertain,
  ]);

test('a change replaces the resource if the property, or a changed part of it, requires it', () => {
  expect(recreation({ Size: 1 }, { Size: 2 })).toEqual([['Size', 'Never', false]]);
  expect(recreation({ Name: 'a' }, { Name: 'b' })).toEqual([['Name', 'Always', false]]);
  expect(recreation({ Kind: 'a' }, { Kind: 'b' })).toEqual([['Kind', 'Conditionally', false]]);
  const settings = (Mode: string, Family: string) => ({ Settings: { Mode, Family } });
  expect(recreation(settings('a', 'x'), settings('b', 'x'))).toEqual([
    ['Settings', 'Never', false],
  ]);
  expect(recreation(settings('a', 'x'), settings('a', 'y'))).toEqual([
    ['Settings', 'Always', false],
  ]);
});

test('an unknown value may turn out to be the same', () => {
  expect(recreation({ Peers: ['a', 'b'] }, { Peers: ['a', UNKNOWN] })).toEqual([
    ['Peers', 'Never', true],
  ]);
  expect(recreation({ Peers: ['a', 'b'] }, { Peers: ['z', UNKNOWN] })).toEqual([
    ['Peers', 'Never', false],
  ]);
  expect(recreation({ Name: 'a' }, { Name: UNKNOWN })).toEqual([['Name', 'Always', true]]);
});

test('equal properties are no change, in any order of keys', () => {
  const before = { Settings: { Mode: 'a', Family: 'b' }, Name: 'x' };
  const after = { Name: 'x', Settings: { Family: 'b', Mode: 'a' } };
  expect(propertyChanges(thing, before, after)).toEqual([]);
});
