import { CHECKOUT } from '../tools/checkout.ts';
import { endOnSignals } from '../tools/process.ts';
import { configure } from './configure.ts';
import { type Bench, renderMeasurements } from './measurement.ts';
import { preview } from './preview.ts';
import { provision } from './provision.ts';
import { report } from './report.ts';
import { verify } from './verify.ts';

const BENCHES: Readonly<Record<string, Bench>> = { provision, preview, configure, verify, report };

const USAGE = `usage: npm run bench -- NAME [--json] [--root FOLDER]
names: ${Object.keys(BENCHES).join(', ')}`;

const [name = '', ...flags] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  console.error(USAGE);
  process.exit(1);
}
const rootAt = flags.indexOf('--root');
const root = (rootAt >= 0 && flags[rootAt + 1]) || CHECKOUT;
// The actions' output goes to stderr, so that stdout contains only the result.
const print = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
endOnSignals();
const measurements = await bench({ root, say: (line) => console.error(line) });
const result = flags.includes('--json')
  ? JSON.stringify(measurements, null, 2)
  : renderMeasurements(measurements);
const ok = measurements.every((measurement) => measurement.ok);
print(`${result}\n`, () => process.exit(ok ? 0 : 1));
