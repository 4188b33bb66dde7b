import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LAB_INPUTS } from '../testing/samples/lab-inputs.ts';
import { startKubeServer } from '../testing/servers/kube-server.ts';
import { queryServer } from '../testing/servers/query-server.ts';
import { measureBundle } from './bundle-run.ts';
import { atMost, type Measurement, percentile } from './measurement.ts';

const ROUNDS = 11;
const KUBERNETES_NETWORKS = '- { name: ipvlan-conf-1, master: eth1, ipam: static }';

/** Bundle sizes in MB of 1,000,000 bytes, and cold starts: the median of several new processes. */
export async function measureBundles(
  root: string,
  say: (line: string) => void,
): Promise<readonly Measurement[]> {
  const sts = await queryServer({
    GetCallerIdentity: () =>
      '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/bench</Arn>',
  });
  const review = { status: { userInfo: { username: 'bench' }, allowed: true } };
  const kube = await startKubeServer(() => ({ status: 201, body: review }));
  const aws = { ...CREDENTIALS, AWS_ENDPOINT_URL: sts.url, AWS_REGION: 'ap-northeast-2' };
  const cluster = { kubeconfig: kube.kubeconfig, networks: KUBERNETES_NETWORKS };
  const cases = [
    { action: 'provision', inputs: LAB_INPUTS, ms: 150, megabytes: 1.5 },
    { action: 'configure-multus', inputs: cluster, ms: 250, megabytes: 5 },
    { action: 'verify', inputs: { kubeconfig: kube.kubeconfig }, ms: 250, megabytes: 5 },
  ];
  try {
    const measured: Measurement[] = [];
    for (const { action, inputs, ms, megabytes } of cases) {
      const dist = join(root, 'actions', action, 'dist');
      const script = join(dist, 'index.js');
      measured.push(atMost(`${action}: bundle`, bytesOfCode(dist) / 1_000_000, 'MB', megabytes));
      const starts: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const { firstLineMs, firstLine } = await measureBundle(script, inputs, aws, 'first-line');
        if (firstLine.startsWith('::error')) throw new Error(`${action}: ${firstLine}`);
        if (round === 0) say(`${action}: first line is "${firstLine}"`);
        starts.push(firstLineMs);
      }
      measured.push(atMost(`${action}: cold start`, percentile(starts, 0.5), 'ms', ms));
    }
    return measured;
  } finally {
    await kube.close();
    await sts.close();
  }
}

/** Counts all files that Node may load, including those that it loads only on demand. */
function bytesOfCode(dist: string): number {
  const files = readdirSync(dist).filter((name) => /\.m?js$/.test(name));
  return files.reduce((total, name) => total + statSync(join(dist, name)).size, 0);
}

export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIABENCHRUN00000000',
  AWS_SECRET_ACCESS_KEY: 'bench',
} as const;
