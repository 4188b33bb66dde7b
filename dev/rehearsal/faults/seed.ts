import { setTimeout as delay } from 'node:timers/promises';
import type { Cause } from '../../../src/connectivity/evaluate/check.ts';
import type { Report } from '../../../src/connectivity/report/report.ts';
import type { Progress } from '../../tools/progress.ts';
import { seededRandom } from '../../tools/seeded-random.ts';
import type { Finding } from '../../tools/table.ts';
import type { Fault } from './fault.ts';
import { runVerify } from './run-action.ts';
import type { Site } from './site.ts';
import { newTraces, readTraces, type Traces } from './traces.ts';

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
  // A namespace of each run's own takes some seconds to go.
  'pod-namespace': 'shared',
};

/**
 * Causes one fault after another, in an order and on nodes that the seed decides. verify must pass before the first one, and
 * find each. After the repair, nodes, cluster, EC2 and router must show what they showed before, and after the last
 * one verify must pass. What is left behind is a failure; the next faults are tried beside it.
 */
export async function seedFaults(
  given: Site,
  faults: readonly Fault[],
  seed: number,
  progress: Progress,
): Promise<Finding[]> {
  const random = seededRandom(seed);
  const site = random() < 0.5 ? given : { ...given, near: given.far, far: given.near };
  const well = await healthy(site, `Before the faults of seed ${seed}`);
  if (!well.ok) return [well];
  let before = await readTraces(site);
  const findings: Finding[] = [well];
  let right = 0;
  let left = 0;
  for (const fault of shuffled(faults, random)) {
    const { finding, rest } = await progress.step(fault.name, async (note) => {
      const tried = await tryOut(fault, site);
      note(`${tried.ok ? 'named rightly' : 'not named rightly'}: ${tried.found.split('\n')[0]}`);
      return { finding: tried, rest: await heal(fault, site, before) };
    });
    findings.push(finding);
    if (finding.ok) right += 1;
    if (rest.ok) continue;
    findings.push(rest);
    left += 1;
    before = await readTraces(site);
  }
  const found = `${right} of ${faults.length} named rightly, ${left} left something behind`;
  const ok = right === faults.length && left === 0;
  const all = { what: `Faults in the order of seed ${seed}`, found, ok };
  return [...findings, all, await healthy(site, `After the faults of seed ${seed}`)];
}

/** The same items in an order that the random numbers decide. */
function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

async function tryOut(fault: Fault, site: Site): Promise<Finding> {
  const own = typeof fault.inputs === 'function' ? fault.inputs(site) : fault.inputs;
  const inputs = { kubeconfig: site.kubeconfig, ...INPUTS, ...own };
  try {
    await fault.inject(site);
    const [report] = await Promise.all([runVerify(fault.name, inputs), fault.during?.(site)]);
    return faultFinding(fault, report);
  } catch (error) {
    return { what: fault.name, found: String(error), ok: false };
  }
}

const SETTLED_WITHIN_MS = 60_000;

/** Repairs a fault and waits until nothing is left of it: pods and rules disappear a moment later. */
async function heal(fault: Fault, site: Site, before: Traces): Promise<Finding> {
  const what = `Left behind by ${fault.name}`;
  try {
    await fault.heal(site);
    const deadline = Date.now() + SETTLED_WITHIN_MS;
    let left = await tracesSince(before, site);
    while (left.length > 0 && Date.now() < deadline) {
      await delay(1000);
      left = await tracesSince(before, site);
    }
    return { what, found: left.join('\n') || 'nothing', ok: left.length === 0 };
  } catch (error) {
    return { what, found: String(error), ok: false };
  }
}

/** A node on which Multus has just started may refuse a command for a moment. */
async function tracesSince(before: Traces, site: Site): Promise<readonly string[]> {
  try {
    return newTraces(before, await readTraces(site));
  } catch (error) {
    return [String(error)];
  }
}

async function healthy(site: Site, what: string): Promise<Finding> {
  const inputs = { kubeconfig: site.kubeconfig, ...INPUTS, protocols: 'icmp,tcp,udp,sctp' };
  const { result, counts } = await runVerify(what, inputs);
  return {
    what,
    found: `${counts.passed} passed, ${counts.failed} failed`,
    ok: result === 'passed',
  };
}

/** Checks that the report names this fault and no other. Pure. */
export function faultFinding({ name, cause, says, also = [] }: Fault, report: Report): Finding {
  const failures = report.checks.filter(({ outcome }) => outcome === 'failed');
  const causes = Map.groupBy(failures, (check) => check.cause);
  const named = causes
    .get(cause)
    ?.find(({ detail, explanation = '' }) => says.test(`${detail}\n${explanation}`));
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
