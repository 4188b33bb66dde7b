import { expect, test } from 'vitest';
import { s3Location } from './template-source.ts';

test.each([
  ['https://box.s3.ap-northeast-2.amazonaws.com/a/b.yaml', { bucket: 'box', key: 'a/b.yaml' }],
  ['https://my.box.s3.amazonaws.com/b.yaml', { bucket: 'my.box', key: 'b.yaml' }],
  ['https://box.s3-us-west-2.amazonaws.com/b.yaml', { bucket: 'box', key: 'b.yaml' }],
  ['https://s3.ap-northeast-2.amazonaws.com/box/a%20b.yaml', { bucket: 'box', key: 'a b.yaml' }],
  ['http://127.0.0.1:4566/box/a/b.yaml', { bucket: 'box', key: 'a/b.yaml' }],
  ['https://box.s3.amazonaws.com/b?versionId=7', { bucket: 'box', key: 'b', version: '7' }],
  ['https://s3.amazonaws.com/box', undefined],
  ['not a url', undefined],
])('%s', (url, location) => {
  expect(s3Location(url)).toEqual(location);
});
