import * as http from 'node:http';
import * as https from 'node:https';
import { getProxyUrl } from '@actions/http-client/lib/proxy';
import { InputError } from '../core/errors.ts';

/** The proxy options of Node's agents: https://nodejs.org/api/http.html#built-in-proxy-support */
interface ProxyEnvironment {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY: string;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Returns the proxy for a URL; undefined without one, and for servers on this machine. Reads the same variables as
 * self-hosted runners and the Actions toolkit:
 * https://docs.github.com/actions/how-tos/manage-runners/self-hosted-runners/use-proxy-servers
 */
export function proxyOf(url: string): string | undefined {
  return getProxyUrl(new URL(url))?.href;
}

/**
 * Makes `fetch` use the proxy of the environment. Node does this by itself only with an option at its start.
 *
 * @throws InputError that names the variable when its value is no URL.
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

/**
 * Reads the proxies from the variables of the environment; undefined when none is set. As in curl, variables in lower
 * case take precedence, and a proxy without a scheme speaks HTTP.
 */
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
  // The part before the @ may contain a password.
  throw new InputError([{ input: name, value: value.replace(/^.*@/, '***@'), allowed }]);
}

function valueIn(env: Readonly<Record<string, string | undefined>>, name: string) {
  return env[name.toLowerCase()] || env[name] || undefined;
}
