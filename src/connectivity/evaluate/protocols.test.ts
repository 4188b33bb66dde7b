import { describe, expect, it } from 'vitest';
import { fullEvidence } from '../testing/full-evidence.ts';
import { evaluate } from './evaluate.ts';
import type { Evidence } from './evidence.ts';
import type { Exchange, PodObservation } from './observation.ts';

const withExchanges = (
  evidence: Evidence,
  change: (exchange: Exchange, pod: PodObservation) => Exchange,
): Evidence => ({
  ...evidence,
  pods: evidence.pods.map((pod) => {
    if (pod.probe === undefined) return pod;
    const exchanges = (pod.probe.exchanges ?? []).map((one) => change(one, pod));
    return { ...pod, probe: { ...pod.probe, exchanges } };
  }),
});

const failuresOf = (evidence: Evidence) =>
  evaluate(evidence).checks.filter(({ outcome }) => outcome === 'failed');

describe('a protocol that does not pass', () => {
  it('is blocked between nodes when pings pass', () => {
    const evidence = withExchanges(fullEvidence(), (one, { name }) =>
      one.protocol === 'sctp' &&
      one.kind === 'pod' &&
      name.startsWith('a') &&
      one.address === '10.0.4.33'
        ? { ...one, result: 'timeout', text: 'TIMEOUT' }
        : one,
    );
    const failures = failuresOf(evidence);
    expect(failures.map(({ check, cause }) => [check, cause])).toEqual([
      ['sctp-echo', 'protocol-blocked'],
      ['sctp-echo', 'protocol-blocked'],
    ]);
    expect(failures[0]?.nextStep).toContain('IP protocol 132');
    expect(failures[0]?.tookMs).toBe(30);
  });

  it('is not blamed on the path when the service of the target does not answer itself', () => {
    const evidence = withExchanges(fullEvidence(), (one, { name }) => {
      if (one.protocol !== 'sctp') return one;
      const own = one.kind === 'service' && name === 'b1';
      return own || one.address === '10.0.4.33' || one.address === '10.0.6.33'
        ? { ...one, result: 'broken', text: 'protocol not supported' }
        : one;
    });
    expect(new Set(failuresOf(evidence).map(({ cause }) => cause))).toEqual(
      new Set(['sctp-unsupported']),
    );
  });

  it('says nothing more about a pair that answers no ping either', () => {
    const silent = fullEvidence();
    const evidence = withExchanges(
      {
        ...silent,
        pods: silent.pods.map((pod) =>
          pod.name === 'a1' && pod.probe !== undefined
            ? {
                ...pod,
                probe: {
                  ...pod.probe,
                  pings: pod.probe.pings.map((ping) =>
                    ping.address === '10.0.4.18' ? { ...ping, received: 0 } : ping,
                  ),
                },
              }
            : pod,
        ),
      },
      (one, { name }) =>
        name === 'a1' && one.address === '10.0.4.18'
          ? { ...one, result: 'timeout', text: '' }
          : one,
    );
    const { checks } = evaluate(evidence);
    const own = checks.filter(({ subject }) => subject === 'a1 net1 → a2 net1');
    const outcomes = own.map(({ check, outcome }) => `${check} ${outcome}`);
    expect(outcomes).toContain('reachability failed');
    expect(outcomes).toContain('tcp-echo skipped');
  });
});

describe('an image without agnhost', () => {
  const evidence = fullEvidence();
  const bare = {
    ...evidence,
    pods: evidence.pods.map((pod) =>
      pod.probe === undefined
        ? pod
        : { ...pod, probe: { ...pod.probe, tools: {}, exchanges: [], samples: [] } },
    ),
  };
  const { checks } = evaluate(bare);

  it('skips what needs it, with the reason, and fails nothing', () => {
    expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const echoes = checks.filter(({ check }) => check === 'sctp-echo');
    expect(echoes.length).toBeGreaterThan(0);
    for (const { outcome, detail } of echoes) {
      expect([outcome, detail]).toEqual(['skipped', expect.stringContaining('tools-image')]);
    }
  });

  it('still pings', () => {
    const pinged = checks.filter(({ check }) => check === 'reachability');
    expect(new Set(pinged.map(({ outcome }) => outcome))).toEqual(new Set(['passed']));
  });
});

it('a pair whose route leads elsewhere is skipped, as its own network was not tried', () => {
  const evidence = fullEvidence();
  const pods = evidence.pods.map((pod) =>
    pod.name === 'a1' && pod.probe !== undefined
      ? {
          ...pod,
          probe: {
            ...pod.probe,
            routes: [...pod.probe.routes, { destination: '10.0.4.18/32', interface: 'eth0' }],
          },
        }
      : pod,
  );
  const { checks } = evaluate({ ...evidence, pods });
  const own = checks.find(
    ({ check, subject }) => check === 'tcp-echo' && subject === 'a1 net1 → a2 net1',
  );
  expect(own).toMatchObject({
    outcome: 'skipped',
    detail: expect.stringContaining('through eth0'),
  });
});

describe('a target', () => {
  const outcomesWith = (routes: (interfaceName: string) => string) => {
    const evidence = fullEvidence();
    const pods = evidence.pods.map((pod) =>
      pod.probe === undefined
        ? pod
        : {
            ...pod,
            probe: {
              ...pod.probe,
              routes: pod.probe.routes.map((route) =>
                route.destination === '10.9.0.0/16'
                  ? { ...route, interface: routes(route.interface) }
                  : route,
              ),
            },
          },
    );
    const { checks } = evaluate({ ...evidence, pods });
    return new Set(
      checks
        .filter(({ check, subject }) => check.startsWith('target') && !subject.includes('icmp'))
        .map(({ check, outcome }) => `${check} ${outcome}`),
    );
  };

  it('must be reached through its own network', () => {
    expect(outcomesWith((device) => device)).toEqual(
      new Set(['target-reached passed', 'target-blocked passed']),
    );
    expect(outcomesWith(() => 'eth0')).toEqual(
      new Set(['target-reached failed', 'target-blocked skipped']),
    );
  });
});
