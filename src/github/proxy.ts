import * as http from 'node:http';
import * as https from 'node:https';
import { getProxyUrl } from '@actions/http-client/lib/proxy';
import { InputError } from '../core/errors.ts';

/** What Node's own agents read: https://nodejs.org/api/http.html#built-in-proxy-support */
interface ProxyEnvironment {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY: string;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The proxy that the environment names for a URL. Self-hosted runners and the toolkit go by the same variables:
 * https://docs.github.com/actions/how-tos/manage-runners/self-hosted-runners/use-proxy-servers
 * Never that of a server on this machine.
 */
export function proxyOf(url: string): string | undefined {
  return getProxyUrl(new URL(url))?.href;
}

/**
 * Lets `fetch` go through the proxy of the environment, which Node does by itself only when it is told at its start.
 *
 * @throws InputError that names the variable when it holds no URL.
 */
export function obeyProxy(): void {
  const proxies = proxyEnvironment(process.env);
  if (proxies !== undefined) http.setGlobalProxyFromEnv?.({ ...proxies });
}

/** Agents that go through the proxy of the environment, for `node:http` and the AWS SDK. Undefined without a proxy. */
export function proxyAgents() {
  const proxyEnv = proxyEnvironment(process.env);
  if (proxyEnv === undefined) return undefined;
  const options = { keepAlive: true, maxSockets: 50, proxyEnv: { ...proxyEnv } };
  return { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
}

/** Undefined when no proxy is named. Lower case comes first, and a proxy without a scheme speaks HTTP, as for curl. */
export function proxyEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): ProxyEnvironment | undefined {
  const [forHttp, forHttps] = [proxyIn(env, 'HTTP_PROXY'), proxyIn(env, 'HTTPS_PROXY')];
  if (forHttp === undefined && forHttps === undefined) return undefined;
  const exempt = [valueIn(env, 'NO_PROXY') ?? [], LOOPBACK].flat();
  return {
    ...(forHttp === undefined ? {} : { HTTP_PROXY: forHttp }),
    ...(forHttps === undefined ? {} : { HTTPS_PROXY: forHttps }),
    NO_PROXY: exempt.join(','),
  };
}

function proxyIn(env: Readonly<Record<string, string | undefined>>, name: string) {
  const value = valueIn(env, name);
  if (value === undefined) return undefined;
  const url = /^https?:\/\//i.test(value) ? value : `http://${value}`;
  if (URL.canParse(url)) return url;
  const allowed = 'the URL of a proxy, such as http://proxy.example.com:3128';
  // Before the @ there may be a password.
  throw new InputError([{ input: name, value: value.replace(/^.*@/, '***@'), allowed }]);
}

function valueIn(env: Readonly<Record<string, string | undefined>>, name: string) {
  return env[name.toLowerCase()] || env[name] || undefined;
}
