import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { createAuthority, readBase64 } from '../../stand-ins/cluster/certificates.ts';
import { BUSYBOX_IMAGE } from '../../stand-ins/instance/image/container-images.ts';
import { createMachines } from '../../stand-ins/instance/machines.ts';
import { instanceAt } from '../../stand-ins/instance/metadata.ts';
import { startMetadataServer } from '../../stand-ins/instance/metadata-server.ts';
import { metadataOf } from '../../stand-ins/instance/metadata-tree.ts';
import { type Ec2State, EMPTY_STATE } from '../../stand-ins/vpc/ec2-state.ts';
import { METADATA_ADDRESS } from '../../stand-ins/vpc/filter.ts';
import { localRoute } from '../../stand-ins/vpc/route-tables.ts';
import { createVpc, prepareNamespace } from '../../stand-ins/vpc/vpc.ts';
import { OPEN_WAYS } from '../../stand-ins/vpc/ways-out.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { EXAMPLE, renderUserData } from './user-data.ts';

/**
 * A program of its own, for namespaces of its own: boots a user-mode-linux machine with the template's user data, which
 * then tries the files of `manifests/multus/guard.yaml` (`guard-trial.sh`). Its containerd and kubelet are real; Multus is a
 * script. Ends when the trial has; what that says is in `i-guarded/guard.log` of the folder.
 */
const [folder = '', kernel = '', ami = ''] = process.argv.slice(2);
const vpcCidr = '10.0.0.0/16';
const zone = 'ap-northeast-2a';
const subnets = [2, 4].map((n) => ({
  id: `subnet-${n}`,
  cidr: `10.0.${n}.0/24`,
  zone,
  vpcId: 'vpc-1',
  vpcCidr,
}));
const instance = {
  id: 'i-guarded',
  state: 'running',
  imageId: 'ami-1',
  type: 'm5.xlarge',
  zone,
  privateDnsName: 'ip-10-0-2-10.local',
  launchTime: '2026-01-01T00:00:00Z',
  isSpot: false,
  metadataHopLimit: 1,
};
const all = { protocol: '-1', cidrs: [vpcCidr], groups: [] };
const state: Ec2State = {
  ...EMPTY_STATE,
  subnets,
  instances: [instance],
  securityGroups: [{ id: 'sg-1', ingress: [all], egress: [{ ...all, cidrs: ['0.0.0.0/0'] }] }],
  networkInterfaces: subnets.map(({ id: subnetId }, deviceIndex) => ({
    id: `eni-${deviceIndex}`,
    mac: `02:00:00:00:10:0${deviceIndex}`,
    subnetId,
    addresses: [`10.0.${2 + 2 * deviceIndex}.10`],
    sourceDestCheck: true,
    prefixes: [`10.0.${2 + 2 * deviceIndex}.128/28`],
    securityGroups: [{ id: 'sg-1', name: 'all' }],
    attachment: { instanceId: instance.id, deviceIndex },
  })),
  routes: new Map(subnets.map(({ id }) => [id, [localRoute(vpcCidr)]])),
  waysOut: new Map(subnets.map(({ id }) => [id, OPEN_WAYS])),
};
const readState = async () => state;

/** The user data with one more part, which places the files of the manifest and runs the trial in the background. */
async function userData(): Promise<string> {
  const authority = await createAuthority(join(folder, 'authority'), 'nobody');
  const ClusterCertificateAuthority = await readBase64(authority.certificate);
  const one = { Subnets: 'subnet-1', QuotedSubnets: 'subnet-1' };
  const rendered = renderUserData({ ...EXAMPLE, ...one, ClusterCertificateAuthority });
  const text = readFileSync(join(CHECKOUT, 'manifests/multus/guard.yaml'), 'utf8');
  const { data } = parse(text) as { readonly data: Readonly<Record<string, string>> };
  const trial = readFileSync(join(import.meta.dirname, 'guard-trial.sh'), 'utf8');
  const file = (path: string, content = '') =>
    `mkdir -p ${path.replace(/\/[^/]*$/, '')}\nbase64 -d >${path} <<<'${btoa(content)}'\n`;
  const part = [
    '--NODE',
    'Content-Type: text/x-shellscript; charset="us-ascii"',
    '',
    '#!/bin/bash',
    file('/opt/cni/bin/multus-guard', data['multus-guard']),
    file('/etc/cni/net.d/01-multus-guard.conf', data['01-multus-guard.conf']),
    file('/run/guard-trial', trial),
    `IMAGE=${BUSYBOX_IMAGE} setsid bash /run/guard-trial >/var/log/rehearsal/guard.log 2>&1 </dev/null &`,
    // The kubelet starts after this part and reads what the trial writes first.
    'until [[ -e /etc/kubernetes/kubelet/config.d/90-static-pods.conf ]]; do sleep 0.1; done',
    '',
  ].join('\n');
  return rendered.replace(/--NODE--\n$/, () => `${part}\n--NODE--\n`);
}

const given = await userData();
await prepareNamespace();
const metadata = await startMetadataServer({
  host: METADATA_ADDRESS,
  port: 80,
  lookUp: async (source) => {
    const found = instanceAt(state, source);
    const account = { accountId: '111122223333', region: 'ap-northeast-2' };
    const answers = { ...account, credentials: async () => '{}', userData: async () => given };
    return found && metadataOf(state, found, answers);
  },
});
const vpc = createVpc({ readState });
const machines = createMachines({
  tools: { kernel, ami },
  runDir: folder,
  logDir: folder,
  readState,
  vpc,
});
await vpc.reconcile();
await machines.powerOn(instance.id);
const log = join(folder, instance.id, 'guard.log');
while (!existsSync(log) || !readFileSync(log, 'utf8').includes('that is all')) await sleep(50);
await machines.stop();
await vpc.stop();
await metadata.stop();
