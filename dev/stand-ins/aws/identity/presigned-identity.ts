import type { Answer } from '../gateway/gateway.ts';
import { callMoto } from '../gateway/moto-proxy.ts';

/**
 * Serves a presigned GetCallerIdentity, which is what an EKS token is. moto takes a request without an
 * Authorization header for an S3 request, so this rewrites it as the POST that an SDK would send. Callers
 * that accept JSON, such as the authenticator, get STS's JSON form. Nobody checks the signature.
 */
export function presignedIdentity(motoUrl: string): Answer {
  return async (call) => {
    if (!call.presigned || call.service !== 'sts') return undefined;
    const credential = call.query.get('X-Amz-Credential') ?? '';
    const signed = call.query.get('X-Amz-SignedHeaders') ?? 'host';
    const signature = call.query.get('X-Amz-Signature') ?? '';
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`,
      'x-amz-security-token': call.query.get('X-Amz-Security-Token') ?? undefined,
    };
    const form = new URLSearchParams({ Action: call.action, Version: '2011-06-15' });
    const answer = await callMoto(
      motoUrl,
      { method: 'POST', target: '/', headers },
      Buffer.from(form.toString()),
    );
    if (answer.status !== 200 || !call.headers['accept']?.includes('json')) return answer;
    const body = JSON.stringify(identityJson(answer.body.toString()));
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  };
}

function identityJson(xml: string): object {
  const text = (tag: string) => xml.match(new RegExp(`<${tag}>([^<]*)</${tag}>`))?.[1] ?? '';
  const identity = { Account: text('Account'), Arn: text('Arn'), UserId: text('UserId') };
  const ResponseMetadata = { RequestId: text('RequestId') };
  return {
    GetCallerIdentityResponse: { GetCallerIdentityResult: identity, ResponseMetadata },
  };
}
