import type { Cause } from '../../../src/connectivity/evaluate/check.ts';
import type { Report } from '../../../src/connectivity/report/report.ts';
import type { Finding } from '../../tools/table.ts';
import type { Fault } from './fault.ts';
import { runVerify } from './run-action.ts';
import type { Site } from './site.ts';

/**
 * One network is enough and needs few pods. On a busy host, a machine may pause for more than a second, and
 * `ping` waits no longer for its last answers. It then counts one or two of twenty packets as lost.
 */
const INPUTS = {
  layout: 'matrix',
  networks: 'ipvlan-conf-1',
  image: 'docker.io/praqma/network-multitool:latest',
  retries: '2',
  'max-loss-percent': '10',
  'timeout-minutes': '5',
};

/**
 * Causes one fault after another, each in a healthy cluster. verify must find the fault, and pass after the
 * repair. Ends early when verify does not pass, because a remaining fault would distort the next result.
 */
export async function seedFaults(site: Site, faults: readonly Fault[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const fault of faults) {
    findings.push(await seed(fault, site));
    const healthy = await heal(fault, site);
    if (healthy.ok) continue;
    return [...findings, healthy];
  }
  const right = findings.filter(({ ok }) => ok).length;
  const found = `${right} of ${faults.length}; verify passed after each`;
  return [...findings, { what: 'Faults found', found, ok: right === faults.length }];
}

async function seed(fault: Fault, site: Site): Promise<Finding> {
  const inputs = { kubeconfig: site.kubeconfig, ...INPUTS, ...fault.inputs };
  try {
    await fault.inject(site);
    return faultFinding(fault, await runVerify(fault.name, inputs));
  } catch (error) {
    return { what: fault.name, found: String(error), ok: false };
  }
}

async function heal(fault: Fault, site: Site): Promise<Finding> {
  const what = `after ${fault.name}`;
  try {
    await fault.heal(site);
    const inputs = { kubeconfig: site.kubeconfig, ...INPUTS };
    const { result, counts } = await runVerify(what, inputs);
    return {
      what,
      found: `${counts.passed} passed, ${counts.failed} failed`,
      ok: result === 'passed',
    };
  } catch (error) {
    return { what, found: String(error), ok: false };
  }
}

/** Checks that the report names this fault and no other. Pure. */
export function faultFinding({ name, cause, says, also = [] }: Fault, report: Report): Finding {
  const failures = report.checks.filter(({ outcome }) => outcome === 'failed');
  const causes = Map.groupBy(failures, (check) => check.cause);
  const named = causes.get(cause)?.find(({ explanation = '' }) => says.test(explanation));
  const expected = new Set<Cause | undefined>([cause, ...also]);
  const other = [...causes.keys()].filter((one) => !expected.has(one));
  const counted = [...causes].map(([one, checks]) => `${one} ${checks.length}`).join(', ');
  const first = named ?? failures[0];
  return {
    what: name,
    found: [counted === '' ? 'nothing found' : counted, first?.explanation ?? ''].join('\n').trim(),
    ok: named !== undefined && other.length === 0,
  };
}
