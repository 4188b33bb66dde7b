import { expect, test } from 'vitest';
import { awsSpecification } from '../plan/specification.ts';
import { handlers } from './handlers.ts';

test('every handler has an AWS resource type and only properties of that type', async () => {
  const specification = await awsSpecification();
  expect(Object.keys(handlers).length).toBeGreaterThan(20);
  for (const [type, { properties }] of Object.entries(handlers)) {
    const spec = specification(type);
    expect(spec, type).toBeDefined();
    expect(Object.keys(spec?.properties ?? {}), type).toEqual(
      expect.arrayContaining([...properties]),
    );
  }
});

test('every handler supports the required properties of its type', async () => {
  const specification = await awsSpecification();
  for (const [type, { properties }] of Object.entries(handlers)) {
    const required = Object.entries(specification(type)?.properties ?? {})
      .filter(([, spec]) => spec.required)
      .map(([name]) => name);
    expect(properties, type).toEqual(expect.arrayContaining(required));
  }
});
