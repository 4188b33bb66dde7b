import { parseArgs } from 'node:util';
import { readSwitches, SWITCH_OPTIONS } from '../rehearsal/switch-options.ts';
import { endOnSignals } from '../tools/process.ts';
import { connectivityFaultsSoak } from './connectivity-faults.ts';
import { faults } from './faults.ts';
import { hook } from './hook.ts';
import { interrupt } from './interrupt.ts';
import { kill } from './kill.ts';
import { kubernetesUpgrade } from './kubernetes-upgrade.ts';
import { longDeploy } from './long-deploy.ts';
import { mutations } from './mutations.ts';
import { nodes } from './nodes.ts';
import { rollout } from './rollout.ts';
import type { Soak } from './trial.ts';

const SOAKS: Readonly<Record<string, Soak>> = {
  'connectivity-faults': connectivityFaultsSoak,
  faults,
  hook,
  interrupt,
  kill,
  'kubernetes-upgrade': kubernetesUpgrade,
  'long-deploy': longDeploy,
  mutations,
  nodes,
  rollout,
};

const USAGE = `usage: npm run soak -- NAME [--small] [--seed N] [switches of the AWS stand-in, for kill, faults and long-deploy]
names: ${Object.keys(SOAKS).join(', ')}`;

function fail(problem: string): never {
  console.error(`${problem}\n${USAGE}`);
  process.exit(1);
}

function readOptions() {
  try {
    const options = { small: { type: 'boolean' }, ...SWITCH_OPTIONS } as const;
    const { positionals, values } = parseArgs({ options, allowPositionals: true });
    const { seed = Date.now() % 1_000_000, ...switches } = readSwitches(values);
    const size = values.small === true ? ('small' as const) : ('full' as const);
    return { name: positionals.join(' '), trial: { seed, size, switches } };
  } catch (error) {
    return fail((error as Error).message);
  }
}

const { name, trial } = readOptions();
const soak = SOAKS[name] ?? fail(`no soak "${name}"`);
endOnSignals();
process.exit((await soak(trial)) ? 0 : 1);
