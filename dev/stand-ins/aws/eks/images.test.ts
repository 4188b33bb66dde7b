import { expect, it } from 'vitest';
import { parameterOf } from './images.ts';

const name = (version: string, rest = 'amazon-linux-2023/x86_64/standard/recommended/image_id') =>
  `/aws/service/eks/optimized-ami/${version}/${rest}`;

it('returns the same image id for a supported version every time', () => {
  const one = parameterOf(name('1.34'), 'ap-northeast-2');
  expect(one?.Value).toMatch(/^ami-[0-9a-f]{17}$/);
  expect(parameterOf(name('1.34'), 'ap-northeast-2')).toEqual(one);
  expect(parameterOf(name('1.33'), 'ap-northeast-2')?.Value).not.toBe(one?.Value);
});

it('knows no other parameter', () => {
  expect(parameterOf(name('9.99'), 'ap-northeast-2')).toBeUndefined();
  expect(parameterOf(name('1.34', 'amazon-linux-2/recommended/image_id'), 'x')).toBeUndefined();
  expect(parameterOf('/my/own', 'x')).toBeUndefined();
});
