import { describe, expect, it } from 'vitest';
import { toSignedPost, toStsJson } from './sts-proxy.ts';

describe('a presigned query as a signed post', () => {
  const scope = 'AKIA/20260101/ap-northeast-2/sts/aws4_request';
  const url = `/?${new URLSearchParams({
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': scope,
    'X-Amz-Date': '20260101T000000Z',
    'X-Amz-Security-Token': 'a+b/c=',
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    'X-Amz-Signature': 'abc',
  })}`;
  const { headers, body } = toSignedPost(url);

  it('moves the signature to the headers and the action to the body', () => {
    expect(headers['authorization']).toBe(
      `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-k8s-aws-id, Signature=abc`,
    );
    expect(headers['x-amz-security-token']).toBe('a+b/c=');
    expect(body).toBe('Action=GetCallerIdentity&Version=2011-06-15');
  });

  it('leaves the token out when there is none', () => {
    expect(toSignedPost('/?Action=GetCallerIdentity').headers).not.toHaveProperty(
      'x-amz-security-token',
    );
  });
});

describe("STS's answer as JSON", () => {
  it('keeps what the authenticator reads', () => {
    const xml = `<GetCallerIdentityResponse><GetCallerIdentityResult>
      <Arn>arn:aws:sts::123456789012:assumed-role/dev/me</Arn><UserId>AROA:me</UserId>
      <Account>123456789012</Account></GetCallerIdentityResult>
      <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
    expect(JSON.parse(toStsJson(xml))).toEqual({
      GetCallerIdentityResponse: {
        GetCallerIdentityResult: {
          Account: '123456789012',
          Arn: 'arn:aws:sts::123456789012:assumed-role/dev/me',
          UserId: 'AROA:me',
        },
        ResponseMetadata: { RequestId: 'r' },
      },
    });
  });
});
