import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClusterError } from '../core/errors.ts';
import { ApiError, ForeignAnswer } from './api-error.ts';
import type { ClusterAddress } from './cluster-address.ts';
import { explainApiError, refusalAdvice } from './explain.ts';

const eks = (given?: 'environment' | 'cluster'): ClusterAddress => ({
  kind: 'eks',
  name: 'c',
  endpoint: 'https://c',
  certificateAuthority: '',
  region: 'eu-west-1',
  ...(given === undefined ? {} : { given }),
});
const kubeconfig: ClusterAddress = { kind: 'kubeconfig', path: 'ci.kubeconfig' };
const explained = (error: unknown, address: ClusterAddress, more = {}) =>
  String(explainApiError(error, { cluster: 'c', address, ...more }));
const coded = (code: string) => Object.assign(new Error('failed'), { code });

/** The names of inputs that each way to give a cluster has to itself. */
const INPUTS = {
  environment: /input environment/,
  cluster: /cluster-endpoint|cluster-certificate-authority/,
  kubeconfig: /kubeconfig/,
};

describe('advice', () => {
  const errors = fc.oneof(
    fc
      .constantFrom('ECONNREFUSED', 'ENOTFOUND', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ECONNRESET')
      .map(coded),
    fc.integer({ min: 400, max: 599 }).map((status) => new ApiError(status, { message: 'no' })),
    fc.constantFrom(200, 403, 502).map((status) => new ForeignAnswer(status, 'an HTML page')),
  );

  it('names no input that was not given, whatever fails', () => {
    const ways = fc.constantFrom('environment', 'cluster', 'kubeconfig');
    fc.assert(
      fc.property(errors, ways, fc.boolean(), (error, way, known) => {
        const address = way === 'kubeconfig' ? kubeconfig : eks(way as 'environment' | 'cluster');
        const text = explained(error, address, known ? { user: 'u' } : {});
        expect(text).toMatch(/^ClusterError: cluster c: .+\nNext step: .+/s);
        const others = Object.entries(INPUTS).filter(([name]) => name !== way);
        for (const [, names] of others) expect(text).not.toMatch(names);
      }),
    );
  });

  it('never repeats the password of a proxy', () => {
    const proxy = 'http://user:hunter2@proxy.example.com:3128';
    const text = explained(coded('ECONNREFUSED'), kubeconfig, { proxy });
    expect(text).toContain('proxy.example.com:3128');
    expect(text).not.toContain('hunter2');
  });

  it('leaves errors of other things as they are', () => {
    const bug = new TypeError('bug');
    const known = new ClusterError({ resource: 'r', reason: 'x', nextStep: 'y' });
    const asked = { cluster: 'c', address: kubeconfig };
    expect(explainApiError(bug, asked)).toBe(bug);
    expect(explainApiError(known, asked)).toBe(known);
  });
});

describe('an object that is refused', () => {
  const FORBIDDEN = 'pods is forbidden: User "ci" cannot create resource "pods" in API group';
  it.each([
    [403, `${FORBIDDEN} "" in the namespace "n"`, /user ci the right to create pods in n/],
    [403, `${FORBIDDEN} "apps"`, /user ci the right to create pods\.apps:/],
    [403, 'pods "a" is forbidden: exceeded quota: q', /raise the quota/],
    [403, 'violates PodSecurity "restricted"', /pod-security\.kubernetes\.io\/enforce/],
    [403, 'unable to create: namespace n is being terminated', /wait until the namespace is gone/],
    [403, 'admission webhook "w.example.com" denied the request: no', /owners of w\.example\.com/],
    [422, "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no", /owners of p,/],
    [404, 'namespaces "n" not found', /kubectl create namespace n/],
    [409, 'the object has been modified', /who else writes it/],
    [413, 'Request entity too large', /1\.5 MB/],
    [422, 'spec.config: Invalid value', /names the field/],
    [500, 'failed calling webhook "w"', /repair the webhook/],
  ])('gets advice that fits: %i %s', (status, message, words) => {
    expect(refusalAdvice(new ApiError(status, { message }))).toMatch(words);
  });
});
