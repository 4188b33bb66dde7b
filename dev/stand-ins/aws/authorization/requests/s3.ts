import { iamAction } from '../../gateway/iam-action.ts';
import type { RequestsOf } from './request-facts.ts';

const KEY = /<Key>([^<]+)<\/Key>/g;

/** The checks of an S3 call about a bucket, an object, or, for a deletion of many, each of the objects. */
export const s3Requests: RequestsOf = async (call) => {
  const action = iamAction(call);
  const [, bucket = '', key = ''] = /^\/([^/]+)\/?(.*)$/.exec(call.path) ?? [];
  const objects = [...call.body.toString('utf8').matchAll(KEY)].map(([, name = '']) => name);
  if (call.query.has('delete')) {
    return objects.map((name) => ({ action, resource: `arn:aws:s3:::${bucket}/${name}` }));
  }
  if (key !== '') {
    const resource = `arn:aws:s3:::${bucket}/${decodeURIComponent(key)}`;
    const tagged = call.headers['x-amz-tagging'] !== undefined && action === 's3:PutObject';
    const tagging = tagged ? [{ action: 's3:PutObjectTagging', resource }] : [];
    const version = call.query.has('versionId') && action === 's3:GetObject' ? 'Version' : '';
    return [{ action: `${action}${version}`, resource }, ...tagging];
  }
  const [prefix, most] = [call.query.get('prefix'), call.query.get('max-keys')];
  const context = {
    ...(prefix === null ? {} : { 's3:prefix': prefix }),
    ...(most === null ? {} : { 's3:max-keys': most }),
  };
  return [{ action, resource: `arn:aws:s3:::${bucket}`, context }];
};
