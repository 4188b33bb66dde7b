import { ClusterError, InputError, isExplained } from '../core/errors.ts';
import { codeOf } from '../core/retry.ts';
import { ApiError, ForeignAnswer, mayPass, reasonOf, statusOf } from './api-error.ts';
import { type ClusterAddress, inputFor } from './cluster-address.ts';

/** Whom a request was sent to, as far as advice depends on it. */
export interface Asked {
  /** The cluster's name. */
  readonly cluster: string;
  readonly address: ClusterAddress;
  /** The proxy on the way, when the job or the kubeconfig names one. */
  readonly proxy?: string | undefined;
  /** The user that the API server takes us for, once it is known. */
  readonly user?: string;
}

/**
 * An error of a request to an API server as a ClusterError that says what to do, in terms of the inputs that the user
 * gave. Errors that are explained already, and those of anything else, stay as they are. Pure.
 */
export function explainApiError(error: unknown, asked: Asked): unknown {
  if (isExplained(error) || error instanceof InputError || !isOfApiServer(error)) return error;
  const { what, nextStep } = judge(error, asked);
  return new ClusterError({
    resource: `cluster ${asked.cluster}`,
    reason: `${what} (${reasonOf(error)})`,
    nextStep,
    cause: error,
  });
}

/** True for what a request to an API server may throw: a refusal, another server's answer, a failed connection. */
function isOfApiServer(error: unknown): boolean {
  return error instanceof ApiError || mayPass(error) || isUntrusted(error) || isOfProxy(error);
}

interface Judgement {
  readonly what: string;
  readonly nextStep: string;
}

const NO_ANSWER = 'no usable answer from the API server';

function judge(error: unknown, asked: Asked): Judgement {
  const status = statusOf(error);
  // Each API server knows who asks it. What does not is something else.
  const other = status === 404 && asked.user === undefined;
  return status === undefined || other
    ? { what: NO_ANSWER, nextStep: connectionAdvice(error, asked) }
    : judgeStatus(status, error, asked);
}

/** What to do about a connection that fails, or that ends at another server. */
function connectionAdvice(error: unknown, { address, proxy }: Asked): string {
  const endpoint = inputFor('endpoint', address);
  if (isOfProxy(error)) return proxyAdvice(proxy);
  if (isUntrusted(error)) {
    const between = proxy === undefined ? 'a proxy' : `the proxy ${nameOf(proxy)}`;
    return codeOf(error) === 'CERT_HAS_EXPIRED'
      ? `look at the clock of this runner and at the certificate of the API server; ${between} on the way may show one of its own`
      : `check ${inputFor('authority', address)}: it must be that of the cluster with this endpoint. If it is, ${between} on the way replaces the certificate: exempt the endpoint from that`;
  }
  const way =
    proxy === undefined
      ? 'that this runner may reach it (a private API only from inside its VPC; public access CIDRs, firewalls)'
      : `that the proxy ${nameOf(proxy)} lets it through (HTTPS_PROXY and NO_PROXY choose the way)`;
  if (error instanceof ForeignAnswer || statusOf(error) !== undefined) {
    return `check that ${endpoint} is the address of an API server, and ${way}: a proxy, a load balancer or a sign-in page answered in its place`;
  }
  return `check that ${endpoint} is that of a running cluster, and ${way}`;
}

function judgeStatus(status: number, error: unknown, asked: Asked): Judgement {
  const reason = reasonOf(error);
  const refused = 'the API server refused a request';
  switch (status) {
    case 401:
      return { what: 'the API server no longer knows this identity', nextStep: renew(asked) };
    case 403:
      return { what: refused, nextStep: forbiddenAdvice(reason, asked.user) };
    case 407:
      return { what: NO_ANSWER, nextStep: proxyAdvice(asked.proxy) };
    case 429:
      return {
        what: 'the API server has too much to do',
        nextStep:
          'find out what keeps it busy (metric apiserver_flowcontrol_rejected_requests_total), and run the job again; a longer timeout-minutes waits longer',
      };
    default:
      return status >= 500
        ? { what: 'the API server failed', nextStep: failureAdvice(reason) }
        : { what: refused, nextStep: refusalAdvice(error) };
  }
}

function renew({ address }: Asked): string {
  return address.kind === 'kubeconfig'
    ? `renew the credentials of the current user in the kubeconfig ${address.path}: its token or certificate may have expired`
    : 'check that the access entry of the role still exists, and run the job again';
}

function proxyAdvice(proxy: string | undefined): string {
  const which = proxy === undefined ? 'the proxy' : `the proxy ${nameOf(proxy)}`;
  return `let ${which} pass connections to this address, give its user name and password in HTTPS_PROXY if it asks for them, or exempt the address with NO_PROXY`;
}

/** The host and the port of a proxy, whose URL may hold a password. */
function nameOf(proxy: string): string {
  return URL.canParse(proxy) ? new URL(proxy).host : 'of the environment';
}

function failureAdvice(reason: string): string {
  return /calling webhook/.test(reason)
    ? 'repair the webhook that the reason names, or remove its configuration: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations'
    : 'look at the state of the API server, and run the job again; a longer timeout-minutes waits longer';
}

/**
 * What to do about an object that an API server refuses: the right that is missing, the namespace, the webhook, the
 * policy or the field. Pure.
 */
export function refusalAdvice(cause: unknown, user?: string): string {
  const reason = reasonOf(cause);
  const status = statusOf(cause);
  if (status === undefined || status === 429 || status >= 500) return failureAdvice(reason);
  const namespace = /namespaces "([^"]+)" not found/.exec(reason)?.[1];
  if (status === 404 && namespace !== undefined) return missingNamespace(namespace);
  if (status === 403) return forbiddenAdvice(reason, user);
  if (/admission webhook|ValidatingAdmissionPolicy/.test(reason)) return byPolicy(reason);
  if (status === 409) return 'find out who else writes it (metadata.managedFields names them)';
  if (status === 413) return 'make it smaller: an API server takes about 1.5 MB';
  return 'read the reason: it names the field that must be different';
}

/** The next step when a namespace does not exist. */
export function missingNamespace(namespace: string): string {
  return `create it (kubectl create namespace ${namespace}), or name another with the input namespace or in the network`;
}

/** https://github.com/kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go` */
const RIGHT =
  /User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/;

/** Status 403 has many meanings: https://kubernetes.io/docs/reference/access-authn-authz/ */
function forbiddenAdvice(reason: string, user = 'the identity of this job'): string {
  const right = RIGHT.exec(reason);
  if (right !== null) {
    const [, who, verb, resource, group, namespace] = right;
    const kind = group === '' ? resource : `${resource}.${group}`;
    const where = namespace === undefined ? '' : ` in ${namespace}`;
    return `give user ${who} the right to ${verb} ${kind}${where}: an access policy or a role that allows it`;
  }
  if (/admission webhook|ValidatingAdmissionPolicy/.test(reason)) return byPolicy(reason);
  if (/exceeded quota/.test(reason))
    return 'raise the quota that the reason names, or free some of it';
  if (/PodSecurity/.test(reason)) {
    return 'allow such pods in the namespace (label pod-security.kubernetes.io/enforce), or use another namespace';
  }
  if (/is being terminated/.test(reason)) return 'wait until the namespace is gone, then run again';
  return `give ${user} the right to do this: an access policy or a role that allows it`;
}

function byPolicy(reason: string): string {
  const name = /(?:admission webhook|ValidatingAdmissionPolicy) ["']([^"']+)["']/.exec(reason)?.[1];
  return `ask the owners of ${name === undefined ? 'that policy' : name}, which denied it, for an exemption, or change what it objects to`;
}

/** Codes of OpenSSL and Node for a certificate that does not convince: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isUntrusted(error: unknown): boolean {
  return /CERT|SIGNATURE|ISSUER|TLS|SSL|EPROTO/.test(codeOf(error) ?? '');
}

/** The proxy refused, before the API server was asked: https://nodejs.org/api/errors.html#err_proxy_tunnel */
function isOfProxy(error: unknown): boolean {
  return /^ERR_PROXY/.test(codeOf(error) ?? '');
}
