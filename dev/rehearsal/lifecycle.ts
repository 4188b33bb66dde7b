import { join } from 'node:path';
import { hasNodeImage } from '../stand-ins/instance/image/node-image.ts';
import { describeKernel } from '../stand-ins/instance/kernel/describe-kernel.ts';
import { debianKernel } from '../stand-ins/instance/kernel/kernel.ts';
import { cacheFolder } from '../tools/install/cache.ts';
import { ensureTools, type ToolSet } from '../tools/install/tools.ts';
import { stopAll } from '../tools/process.ts';
import { consoleProgress, type Progress } from '../tools/progress.ts';
import { type Finding, renderTable } from '../tools/table.ts';
import { findFixture } from './fixtures/find-fixture.ts';
import {
  type EnteredWorld,
  enterWorld,
  localLeftovers,
  type Namespaces,
  namespacesOf,
} from './namespace.ts';
import {
  forgetWorld,
  freshRunFolder,
  LOG_FOLDER,
  rememberWorld,
  runningWorld,
  startTime,
} from './run-folder.ts';
import { scenarioName } from './scenarios/scenario-names.ts';
import { setUpOf } from './scenarios/set-up.ts';
import type { FromWorld, ToWorld, WorldPlan } from './world-messages.ts';

/** How long a world may take to end before it is killed. */
const GRACE_MS = 20_000;

type LabPlan = Omit<WorldPlan, 'tools'>;
type Outcome = Exclude<FromWorld, { kind: 'line' }>;

/** Sets everything up, runs the lab in its own world and resolves with the exit code. */
export async function startWorld(options: LabPlan): Promise<number> {
  const progress = consoleProgress();
  const standing = runningWorld();
  if (standing !== undefined) {
    progress.say(
      `already up: ${standing.fixture}, ${standing.nodes} nodes, process ${standing.pid}; \`npm run rehearse down\` ends it`,
    );
    return options.keep ? 0 : 1;
  }
  const interrupted = onInterrupt();
  const plan = await prepare(options, progress, interrupted);
  if (plan === undefined) return interruptedExit(progress, []);

  freshRunFolder();
  const world = await enterWorld(
    join(import.meta.dirname, 'world-main.ts'),
    [JSON.stringify(plan)],
    join(LOG_FOLDER, 'rehearsal.log'),
  );
  const started = startTime(world.pid) ?? '';
  const state = { pid: world.pid, started, nodes: plan.nodes, fixture: plan.fixture };
  rememberWorld({ ...state, phase: 'starting' });
  const outcome = await follow(world, interrupted, (text) => progress.say(text));

  if (outcome?.kind === 'up') {
    rememberWorld({ ...state, phase: 'up' });
    world.process.disconnect();
    world.process.unref();
    return report(outcome.findings);
  }
  await ended(world);
  forgetWorld();
  const left = leftoverFindings(world.namespaces);
  if (outcome === undefined) return interruptedExit(progress, left);
  const failure = outcome.kind === 'failed' ? [failureFinding(outcome.message)] : [];
  return report([...outcome.findings, ...failure, ...left]);
}

/** Ends the running world, if any, and resolves with the exit code. */
export async function endWorld(progress: Progress): Promise<number> {
  const world = runningWorld();
  if (world === undefined) {
    progress.say('nothing is up');
    return 0;
  }
  const namespaces = await progress.step('end the lab', () => killWorld(world.pid));
  forgetWorld();
  return report(leftoverFindings(namespaces));
}

async function prepare(
  options: LabPlan,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<WorldPlan | undefined> {
  const stop = () => void stopAll(0);
  interrupted.addEventListener('abort', stop);
  try {
    const { needs = [] } = findFixture(options.fixture);
    const ofScenario = setUpOf(scenarioName(options.workflow)).needs ?? [];
    const isFirst = !(await hasNodeImage(cacheFolder()));
    const sets = [...toolSetsOfRun(isFirst), ...needs, ...ofScenario];
    const tools = await ensureTools(sets, progress);
    progress.say(await describeKernel(tools.kernel));
    if (isFirst && tools.kernel === debianKernel.program) {
      progress.say(
        'the next rehearsal first builds a faster kernel, once, which takes about five minutes',
      );
    }
    return interrupted.aborted ? undefined : { ...options, tools };
  } catch (error) {
    if (interrupted.aborted) return undefined;
    throw error;
  } finally {
    interrupted.removeEventListener('abort', stop);
  }
}

/**
 * The kernel that we build makes rehearsals faster, but its build takes minutes. A first rehearsal does without it: its
 * nodes run Debian's kernel, where that can run programs. It is the first when the cache folder has no disk for nodes.
 */
function toolSetsOfRun(isFirst: boolean): readonly ToolSet[] {
  const sets: readonly ToolSet[] = ['moto', 'control-plane', 'runner', 'gh', 'node'];
  return isFirst ? sets : [...sets, 'kernel'];
}

/** Prints the world's messages and resolves with its outcome; undefined when it was interrupted. */
function follow(
  world: EnteredWorld,
  interrupted: AbortSignal,
  say: (text: string) => void,
): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    world.process.on('message', (message: FromWorld) => {
      if (message.kind === 'line') say(message.text);
      else resolve(interrupted.aborted ? undefined : message);
    });
    world.process.once('exit', (code, signal) => {
      const message = `the world ended by itself (${signal ?? `exit code ${code}`})`;
      resolve(interrupted.aborted ? undefined : { kind: 'failed', message, findings: [] });
    });
    const stop = () => {
      const request: ToWorld = { kind: 'stop' };
      if (world.process.connected) world.process.send(request);
      setTimeout(() => resolve(undefined), GRACE_MS).unref();
    };
    if (interrupted.aborted) stop();
    else interrupted.addEventListener('abort', stop);
  });
}

async function ended(world: EnteredWorld): Promise<void> {
  const exited = new Promise<void>((resolve) => {
    if (world.process.exitCode !== null || world.process.signalCode !== null) resolve();
    else world.process.once('exit', () => resolve());
  });
  const timer = setTimeout(() => world.process.kill('SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(timer);
  await gone(world.pid);
}

async function killWorld(pid: number): Promise<Namespaces> {
  const namespaces = namespacesOf(pid);
  process.kill(pid, 'SIGTERM');
  const timer = setTimeout(() => process.kill(pid, 'SIGKILL'), GRACE_MS);
  await gone(pid);
  clearTimeout(timer);
  return namespaces;
}

async function gone(pid: number): Promise<void> {
  while (startTime(pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 50));
}

function leftoverFindings(namespaces: Namespaces): readonly Finding[] {
  const left = localLeftovers(namespaces);
  return Object.entries(left).map(([kind, items]: [string, readonly string[]]) => ({
    what: `Leftover ${kind}`,
    found: [String(items.length), ...items].join('\n'),
    ok: items.length === 0,
  }));
}

function failureFinding(message: string): Finding {
  return { what: 'Failed', found: `${message}\nlogs: ${LOG_FOLDER}`, ok: false };
}

function report(findings: readonly Finding[]): number {
  console.log(`\n${renderTable(findings)}`);
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

function interruptedExit(progress: Progress, left: readonly Finding[]): number {
  progress.say('interrupted');
  if (left.length > 0) report(left);
  return 130;
}

/** The terminal sends one Ctrl-C to all processes, and npm sends it to its child again. */
const ONE_INTERRUPT_MS = 1_000;

/** Aborts at the first SIGINT, SIGTERM or SIGHUP. A later one ends the command at once. */
function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  let first = Number.POSITIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (Date.now() > first + ONE_INTERRUPT_MS) process.exit(130);
      if (controller.signal.aborted) return;
      first = Date.now();
      process.stderr.write(`\n${signal}: ending everything that was started…\n`);
      controller.abort();
    });
  }
  return controller.signal;
}
