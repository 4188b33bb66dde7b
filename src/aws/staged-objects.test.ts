import { expect, it } from 'vitest';
import { stagedKey } from './staging.ts';

it('derives keys from content', () => {
  const key = stagedKey('lab', 'infra.yaml', new TextEncoder().encode('x'));
  expect(key).toMatch(/^lab\/[0-9a-f]{64}\/infra\.yaml$/);
  expect(stagedKey('lab', 'infra.yaml', new TextEncoder().encode('y'))).not.toBe(key);
});
