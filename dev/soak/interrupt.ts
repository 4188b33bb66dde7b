import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CHECKOUT } from '../tools/checkout.ts';
import { ENDING_SIGNALS } from '../tools/process.ts';
import { seededRandom } from '../tools/seeded-random.ts';
import { type Finding, renderTable } from '../tools/table.ts';
import { difference, machineState } from './machine-state.ts';
import type { Soak } from './trial.ts';

/** A moment of a rehearsal, recognised by the line that announces it. */
const MOMENTS = [
  { name: 'while the stand-ins start', line: /▸ start the stand-ins/, withinMs: 2_000 },
  { name: 'while the stacks are created', line: /▸ workflow provision\.yml/, withinMs: 8_000 },
  {
    name: 'while the nodes boot',
    // Progress shows only the last of several quick lines, so any of these may appear.
    line: /\(provision\): .*(AutoScalingGroup|-ng1 |nodes Ready|Configure Multus)/,
    withinMs: 10_000,
  },
  {
    name: 'while the sample pods run',
    line: /\[Verify connectivity\] sampleapp/,
    withinMs: 10_000,
  },
  { name: 'while it is destroyed', line: /▸ workflow destroy\.yml/, withinMs: 3_000 },
] as const;

type Moment = (typeof MOMENTS)[number];

/**
 * Ctrl-C at different moments of a rehearsal: each time everything must be gone, and the next rehearsal
 * must succeed. The small size interrupts once and does not rehearse again.
 */
export const interrupt: Soak = async ({ seed, size }) => {
  const random = seededRandom(seed);
  console.log(`interrupt: seed ${seed}`);
  const moments = size === 'full' ? MOMENTS : [MOMENTS[Math.floor(random() * 3)] ?? MOMENTS[0]];
  const findings: Finding[] = [];
  for (const moment of moments) {
    const delayMs = Math.round(random() * moment.withinMs);
    findings.push(await interruptAt(moment, delayMs));
    if (size === 'full') findings.push(await plainRun());
  }
  console.log(`\n${renderTable(findings)}`);
  return findings.every(({ ok }) => ok);
};

async function interruptAt(moment: Moment, delayMs: number): Promise<Finding> {
  const before = machineState(CHECKOUT);
  const run = rehearse();
  const forget = passOn(run);
  let reached = false;
  run.onLine((line) => {
    if (reached || !moment.line.test(line)) return;
    reached = true;
    setTimeout(() => run.signal('SIGINT'), delayMs);
  });
  const code = await run.exited;
  forget();
  const left = difference(before, machineState(CHECKOUT));
  return {
    what: `SIGINT ${moment.name}, ${delayMs} ms in`,
    found: [`exit code ${code}, left: ${left.length}`, ...left].join('\n'),
    ok: reached && code !== 0 && left.length === 0,
  };
}

async function plainRun(): Promise<Finding> {
  const run = rehearse();
  const forget = passOn(run);
  const code = await run.exited;
  forget();
  return { what: 'rehearsal after it', found: `exit code ${code}`, ok: code === 0 };
}

/** A rehearsal is in a group of its own: it does not hear by itself that the soak is ended. Returns how to stop that. */
function passOn({ signal }: ReturnType<typeof rehearse>): () => void {
  const end = () => signal('SIGINT');
  for (const each of ENDING_SIGNALS) process.once(each, end);
  return () => ENDING_SIGNALS.forEach((each) => void process.off(each, end));
}

/** `npm run rehearse` in a process group of its own, as a terminal would have it. */
function rehearse() {
  const child: ChildProcess = spawn('npm', ['run', 'rehearse'], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const listeners: ((line: string) => void)[] = [(line) => console.log(line)];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      for (const listener of listeners) listener(line);
    });
  }
  return {
    onLine: (listener: (line: string) => void) => listeners.push(listener),
    signal: (signal: NodeJS.Signals) => process.kill(-(child.pid ?? 0), signal),
    exited: new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code))),
  };
}
