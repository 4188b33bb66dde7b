import { endOnSignals } from '../tools/process.ts';
import { connectivityFaultsSoak } from './connectivity-faults.ts';
import { faults } from './faults.ts';
import { hook } from './hook.ts';
import { interrupt } from './interrupt.ts';
import { kill } from './kill.ts';
import { longDeploy } from './long-deploy.ts';
import { mutations } from './mutations.ts';
import { nodes } from './nodes.ts';
import type { Soak } from './trial.ts';

const SOAKS: Readonly<Record<string, Soak>> = {
  'connectivity-faults': connectivityFaultsSoak,
  faults,
  hook,
  interrupt,
  kill,
  'long-deploy': longDeploy,
  mutations,
  nodes,
};

const USAGE = `usage: npm run soak -- NAME [--small] [--seed N]
names: ${Object.keys(SOAKS).join(', ')}`;

const [name = '', ...flags] = process.argv.slice(2);
const soak = SOAKS[name];
const seedAt = flags.indexOf('--seed');
const seed = seedAt < 0 ? Date.now() % 1_000_000 : Number(flags[seedAt + 1]);
if (soak === undefined || !Number.isInteger(seed)) {
  console.error(USAGE);
  process.exit(1);
}
endOnSignals();
const ok = await soak({ seed, size: flags.includes('--small') ? 'small' : 'full' });
process.exit(ok ? 0 : 1);
