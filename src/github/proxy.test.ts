import { afterEach, describe, expect, it, vi } from 'vitest';
import { proxyAgents, proxyEnvironment, proxyOf } from './proxy.ts';

afterEach(() => vi.unstubAllEnvs());

const PROXY = 'http://proxy.example:3128';
const OTHER = 'http://other.example:8080';
const LOOPBACK = 'localhost,127.0.0.1,[::1]';

describe('the proxy of the environment', () => {
  it.each([
    ['none', {}, undefined],
    ['empty', { HTTPS_PROXY: '', NO_PROXY: 'a' }, undefined],
    ['of HTTPS', { HTTPS_PROXY: PROXY }, { HTTPS_PROXY: PROXY, NO_PROXY: LOOPBACK }],
    ['of HTTP', { http_proxy: PROXY }, { HTTP_PROXY: PROXY, NO_PROXY: LOOPBACK }],
    [
      'in lower case, which takes precedence',
      { https_proxy: PROXY, HTTPS_PROXY: OTHER },
      { HTTPS_PROXY: PROXY, NO_PROXY: LOOPBACK },
    ],
    [
      'without a scheme, which speaks HTTP',
      { HTTPS_PROXY: 'proxy.example:3128' },
      { HTTPS_PROXY: PROXY, NO_PROXY: LOOPBACK },
    ],
    [
      'with exempt hosts',
      { HTTPS_PROXY: PROXY, no_proxy: '.internal,10.0.0.1' },
      { HTTPS_PROXY: PROXY, NO_PROXY: `.internal,10.0.0.1,${LOOPBACK}` },
    ],
  ])('%s', (_name, env, expected) => {
    expect(proxyEnvironment(env)).toEqual(expected);
  });

  it('is named without its password when it is no URL', () => {
    expect(() => proxyEnvironment({ HTTPS_PROXY: 'http://me:secret@a b' })).toThrow(
      'Input "HTTPS_PROXY": got "***@a b"; allowed: the URL of a proxy',
    );
  });
});

describe('the proxy of a URL', () => {
  it('depends on the scheme; exempt hosts and this machine have none', () => {
    vi.stubEnv('https_proxy', PROXY);
    vi.stubEnv('no_proxy', '.internal');
    expect(proxyOf('https://sts.amazonaws.com')).toBe(`${PROXY}/`);
    const without = ['http://aws.example', 'https://api.internal', 'https://127.0.0.1:6443'];
    expect(without.map(proxyOf)).toEqual([undefined, undefined, undefined]);
  });
});

describe('the agents', () => {
  it('are undefined without a proxy', () => {
    for (const name of ['http', 'https', 'HTTP', 'HTTPS']) {
      vi.stubEnv(`${name}_${name === name.toUpperCase() ? 'PROXY' : 'proxy'}`, '');
    }
    expect(proxyAgents()).toBeUndefined();
  });
});
