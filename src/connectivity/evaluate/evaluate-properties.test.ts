import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probeNetwork } from '../probe/network.ts';
import {
  healthy,
  LAB_NETWORKS,
  LAB_PODS,
  type PodPlan,
  reply,
  silence,
} from '../testing/lab-pods.ts';
import { countOutcomes } from './check.ts';
import { evaluate } from './evaluate.ts';
import type { PodObservation } from './observation.ts';

const failuresOf = (pods: readonly PodObservation[]) =>
  evaluate({ networks: LAB_NETWORKS, pods }).checks.filter(({ outcome }) => outcome === 'failed');

describe('addresses', () => {
  const plan = (name: string, node: string, host: number): PodPlan => ({
    name,
    node,
    addresses: [{ network: 'default/ipvlan-conf-1', address: `10.0.4.${host}` }],
  });

  it('that two nodes allocated are reported for both pods', () => {
    const failures = failuresOf(healthy([plan('a', 'node-a', 70), plan('b', 'node-b', 70)]));
    expect(failures.map(({ check, subject }) => [check, subject])).toEqual([
      ['address-unique', 'a net1'],
      ['address-unique', 'b net1'],
      ['reachability', 'a net1 → b net1'],
      ['reachability', 'b net1 → a net1'],
    ]);
    expect(failures.every(({ cause }) => cause === 'duplicate-address')).toBe(true);
    expect(failures[0]?.explanation).toContain('host-local records allocations on each node');
  });

  it('are checked against the range of the network', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 254 }), (host) => {
        const failures = failuresOf(healthy([plan('a', 'node-a', host)]));
        const inside = host >= 70 && host <= 80;
        expect(failures.map(({ check }) => check)).toEqual(inside ? [] : ['address-in-range']);
      }),
    );
  });

  it('are checked against the range of whereabouts, without the networks that it excludes', () => {
    const metadata = { name: 'ipvlan-conf-1', namespace: 'default' };
    const ipam = {
      type: 'whereabouts',
      range: '10.0.4.70-10.0.4.80/24',
      exclude: ['10.0.4.72/31'],
    };
    const config = JSON.stringify({ type: 'ipvlan', master: 'eth1', mode: 'l3', ipam });
    const networks = [probeNetwork({ metadata, spec: { config } })];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 254 }), (host) => {
        const { checks } = evaluate({ networks, pods: healthy([plan('a', 'node-a', host)]) });
        const inside = host >= 70 && host <= 80 && host !== 72 && host !== 73;
        const check = checks.find((one) => one.check === 'address-in-range');
        expect(check).toMatchObject({ outcome: inside ? 'passed' : 'failed' });
        if (!inside) {
          expect(check).toMatchObject({
            cause: 'out-of-range',
            detail: `10.0.4.${host} is not in 10.0.4.70-10.0.4.71 or 10.0.4.74-10.0.4.80`,
          });
        }
      }),
    );
  });

  it('of a network without ranges are not checked, and their subnet comes from the pod', () => {
    const metadata = { name: 'ipvlan-conf-1', namespace: 'default' };
    const { checks } = evaluate({
      networks: [probeNetwork({ metadata })],
      pods: healthy([plan('a', 'node-a', 5)]),
    });
    const outcomes = checks.map(({ check, outcome }) => `${check} ${outcome}`);
    expect(outcomes).toContain('address-in-range skipped');
    expect(outcomes).toContain('route-present passed');
  });
});

describe('for any observation', () => {
  const change = fc.record({
    pod: fc.nat(3),
    kind: fc.constantFrom('notReady', 'noStatus', 'noProbe', 'silent', 'talkative', 'noRoutes'),
  });

  function apply(pod: PodObservation, kind: string): PodObservation {
    const { probe, status, ...rest } = pod;
    if (kind === 'notReady') return { ...rest, notReady: 'Pending' };
    if (kind === 'noStatus') return { ...rest, ...(probe === undefined ? {} : { probe }) };
    if (kind === 'noProbe') return { ...rest, ...(status === undefined ? {} : { status }) };
    if (probe === undefined) return pod;
    if (kind === 'noRoutes') return { ...pod, probe: { ...probe, routes: [] } };
    return {
      ...pod,
      probe: { ...probe, pings: probe.pings.map(kind === 'silent' ? silence : reply) },
    };
  }

  it('no fault passes, and every failure has an explanation', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const pods = healthy(LAB_PODS).map((pod, index) =>
          changes
            .filter((one) => one.pod === index)
            .reduce((seen, { kind }) => apply(seen, kind), pod),
        );
        const { checks } = evaluate({ networks: LAB_NETWORKS, pods });
        expect(countOutcomes(checks).failed).toBeGreaterThan(0);
        for (const check of checks) {
          expect(check.detail).not.toBe('');
          expect(check.explanation !== undefined).toBe(check.outcome === 'failed');
        }
        const questions = checks.map(({ check, subject }) => `${check} ${subject}`);
        expect(new Set(questions).size).toBe(questions.length);
      }),
    );
  });
});
