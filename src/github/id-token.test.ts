import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { idToken } from './id-token.ts';

let printed: string;
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', 'https://issuer.test/token?api-version=2.0');
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'request-token');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

function github(...answers: readonly (Response | Error)[]) {
  const asked: { url: string; headers: unknown }[] = [];
  vi.stubGlobal('fetch', async (url: URL, { headers }: { headers: unknown }) => {
    const answer = answers[asked.length];
    asked.push({ url: String(url), headers });
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return asked;
}

it('asks for the audience, and masks the token before anything else', async () => {
  const asked = github(Response.json({ value: 'eyJ.x' }));
  expect(await idToken('sts.amazonaws.com')).toBe('eyJ.x');
  expect(asked).toEqual([
    {
      url: 'https://issuer.test/token?api-version=2.0&audience=sts.amazonaws.com',
      headers: { authorization: 'Bearer request-token', accept: 'application/json' },
    },
  ]);
  expect(printed).toBe('::add-mask::eyJ.x\n');
});

it('asks again when GitHub is not well or not to be reached', async () => {
  const failed = new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
  const asked = github(new Response('', { status: 503 }), failed, Response.json({ value: 'a' }));
  expect(await idToken('x')).toBe('a');
  expect(asked).toHaveLength(3);
});

it('does not ask again after a refusal, and does not tell secrets', async () => {
  const asked = github(new Response('', { status: 403, statusText: 'Forbidden' }));
  const error = await idToken('x').catch(String);
  expect(error).toContain('GitHub OIDC: GitHub gave no ID token: HTTP 403 Forbidden');
  expect(error).not.toContain('request-token');
  expect(asked).toHaveLength(1);
});
