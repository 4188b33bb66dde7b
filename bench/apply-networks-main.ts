import { connect } from '../src/kubernetes/connection.ts';
import { systemClock } from '../src/kubernetes/poll.ts';
import { applyNetworks } from '../src/multus/apply-networks.ts';
import { networkSpecsSchema } from '../src/multus/network-spec.ts';
import { planAttachments } from '../src/multus/plan-attachments.ts';

/** Started by the benchmark: connects as the action does, and applies that many networks to a namespace. */
const [path = '', namespace = '', count = ''] = process.argv.slice(2);
const log = {
  ...{ info: () => {}, warn: console.error },
  group: <T>(_: string, body: () => Promise<T>) => body(),
};
const specs = Array.from({ length: Number(count) }, (_, index) => ({
  ...{ name: `network-${index}`, network: 1 + (index % 2), ipam: 'static' },
}));
const plan = planAttachments(networkSpecsSchema.parse(specs), undefined, namespace);
if ('problems' in plan) throw new Error(JSON.stringify(plan.problems));
const credentials = () => Promise.reject(new Error('a kubeconfig brings its own'));
const connection = await connect({ kind: 'kubeconfig', path }, { log, credentials });
const patience = { clock: systemClock, deadline: systemClock.now() + 120_000 };
await applyNetworks(connection, plan.attachments, log, patience);
process.exit(0);
