import { expect, it } from 'vitest';
import { stagedKey, stagedUrl } from './staged-objects.ts';

it('keys follow from content, addresses from region', () => {
  const key = stagedKey('lab', 'infra.yaml', new TextEncoder().encode('x'));
  expect(key).toMatch(/^lab\/[0-9a-f]{64}\/infra\.yaml$/);
  expect(stagedKey('lab', 'infra.yaml', new TextEncoder().encode('y'))).not.toBe(key);
  const bucket = { name: 'b', accountId: '1' };
  expect(stagedUrl({ ...bucket, region: 'ap-northeast-2' }, 'k')).toBe(
    'https://b.s3.ap-northeast-2.amazonaws.com/k',
  );
  expect(stagedUrl({ ...bucket, region: 'cn-north-1' }, 'k')).toBe(
    'https://b.s3.cn-north-1.amazonaws.com.cn/k',
  );
});
