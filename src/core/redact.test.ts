import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { redact, rememberSecret, withoutCredentials } from './redact.ts';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2RlIn0.c2lnbmF0dXJl';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const DOCKER = base64('{"auths":{"ghcr.io":{"auth":"dXNlcjpodW50ZXIyMg=="}}}');

describe('text without credentials', () => {
  it.each([
    [`token ${JWT} end`, 'token [removed] end'],
    [`Authorization: Bearer ${JWT}`, 'Authorization: Bearer [removed]'],
    ['key AKIAIOSFODNN7EXAMPLE here', 'key [removed] here'],
    ['k8s-aws-v1.aHR0cHM6Ly9zdHM', '[removed]'],
    ['Bearer opaque-0123456789', 'Bearer [removed]'],
    ['proxy-authorization: basic dXNlcjpodW50ZXIy', 'proxy-authorization: basic [removed]'],
    ['Basic%20dXNlcjpodW50ZXIy', 'Basic%20[removed]'],
    ['via http://user:hunter2@proxy.corp:3128/x', 'via http://[removed]@proxy.corp:3128/x'],
    ['https://hunter22@host', 'https://[removed]@host'],
    ['http://u:p@ss@host', 'http://[removed]@host'],
    [`ghp_${'a1'.repeat(18)}.`, '[removed]'],
    [`url=gho_${'a1'.repeat(18)}&x`, 'url=[removed]&x'],
    [`ghs_${'a1'.repeat(18)}, ghu_${'a1'.repeat(18)}`, '[removed], [removed]'],
    [`github_pat_${'a1_'.repeat(20)}`, '[removed]'],
    [`.dockerconfigjson: ${DOCKER}`, '.dockerconfigjson: [removed]'],
    ['?X-Amz-Signature=abcdef&x=1', '?X-Amz-Signature=[removed]&x=1'],
    ['-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----', '[removed]'],
  ])('%s', (text, expected) => {
    expect(withoutCredentials(text)).toBe(expected);
    expect(redact(text)).not.toMatch(/hunter2|dXNlcj|a1a1|AKIA/);
  });

  it.each([
    'secretName of 10.0.4.0/24 dev eth1',
    'give the job `permissions: { id-token: write }`',
    'https://example.com/path?mail=a@b.c',
    'docker-pullable://ghcr.io/x/y@sha256:0123456789abcdef',
    'Basic authentication is off, and so is Bearer authorization',
    'AWS::EC2::Instance fd00::1 eyJ',
  ])('stays as it is: %s', (text) => {
    expect(withoutCredentials(text)).toBe(text);
  });

  it('has no secret that the process knows, whatever it looks like', () => {
    const secret = `opaque/${randomBytes(9).toString('base64')}`;
    rememberSecret(secret);
    rememberSecret('short');
    const text = `a ${secret} b ${encodeURIComponent(secret)} c short`;
    expect(withoutCredentials(text)).toBe('a [removed] b [removed] c short');
  });
});

describe('redacted text', () => {
  it.each([
    ['"password": "hunter2 and more"', '"password": "[removed]"'],
    ['{\\"auth\\":\\"dXNlcjpodW50ZXIyMg\\"}', '{\\"auth\\":\\"[removed]\\"}'],
    ["'identitytoken': 'a.b/c'", "'identitytoken': '[removed]'"],
    ['password: hunter2, next', 'password: [removed], next'],
    [
      '<SecretAccessKey>wJalrXUtn</SecretAccessKey>',
      '<SecretAccessKey>[removed]</SecretAccessKey>',
    ],
    ['aws_secret_access_key = wJalrXUtn', 'aws_secret_access_key = [removed]'],
    ['secrets "regcred" not found', 'secrets "regcred" not found'],
    [
      'pods is forbidden: User "system:node:a" cannot',
      'pods is forbidden: User "system:node:a" cannot',
    ],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it('takes little time for large texts, whatever is in them', () => {
    const parts = [
      'eyJ',
      '-eyJa',
      'a.b+',
      'http://',
      ':u@',
      'token: "',
      'Basic ',
      'ghp_',
      '"auth":\\"',
    ];
    for (const part of parts) {
      const began = performance.now();
      redact(part.repeat(1_000_000 / part.length));
      expect(performance.now() - began, part).toBeLessThan(3_000);
    }
  });
});
