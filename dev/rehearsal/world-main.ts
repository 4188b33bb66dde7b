import { stopAll } from '../tools/process.ts';
import { consoleProgress } from '../tools/progress.ts';
import type { Finding } from '../tools/table.ts';
import { rehearseFixture } from './fixture-run.ts';
import { rehearseWorkflow } from './workflow-run.ts';
import { type StandIns, startStandIns } from './world.ts';
import type { FromWorld, ToWorld, WorldPlan } from './world-messages.ts';

/**
 * The world's first process. It runs in its own namespaces. When it exits, the kernel ends every other process
 * in them.
 */
const plan = JSON.parse(process.argv[2] ?? '') as WorldPlan;
const progress = consoleProgress((text) => {
  console.log(text);
  tell({ kind: 'line', text: text.replace(/^\[\d+:\d+\] /, '') });
});

let standIns: StandIns | undefined;
let ending = false;

function tell(message: FromWorld): void {
  if (process.connected) process.send?.(message);
}

async function end(code: number): Promise<never> {
  ending = true;
  await Promise.race([standIns?.stop(), new Promise((resolve) => setTimeout(resolve, 10_000))]);
  await stopAll();
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(130));
process.on('message', (message: ToWorld) => {
  if (message.kind === 'stop') void end(130);
});
process.on('disconnect', () => {
  if (!up) void end(130);
});

let up = false;
const findings: Finding[] = [];
try {
  const world = await startStandIns(plan, progress);
  standIns = world;
  const rehearse = plan.workflow === undefined ? rehearseFixture : rehearseWorkflow;
  await rehearse(plan, world, progress, (finding) => findings.push(finding));
  if (plan.keep) {
    up = true;
    tell({ kind: 'up', findings });
  } else {
    tell({ kind: 'done', findings });
    await end(0);
  }
} catch (error) {
  if (!ending) {
    console.error(error);
    tell({
      kind: 'failed',
      message: error instanceof Error ? error.message : String(error),
      findings,
    });
    await end(1);
  }
}
