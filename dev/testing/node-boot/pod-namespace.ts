import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { run } from '../../tools/process.ts';

/** A network namespace like a pod's. */
export interface PodNamespace {
  readonly netns: string;
  /** Runs `ip` in it, and gives the lines of its output. */
  ip(command: string): Promise<readonly string[]>;
  stop(): void;
}

/**
 * Makes a pod's network namespace after the VPC CNI has been there, with an interface `net1` besides: `eth0` has an address
 * without neighbours, and the default route by a gateway that is no address of a subnet.
 * https://github.com/aws/amazon-vpc-cni-k8s/blob/master/cmd/routed-eni-cni-plugin/driver/driver.go
 */
export async function startPod(): Promise<PodNamespace> {
  const script = [
    'ip link set lo up',
    'ip link add eth0 type veth peer name host0; ip link set host0 up; ip link set eth0 up',
    'ip link add net1 type veth peer name host1; ip link set host1 up; ip link set net1 up',
    'ip address add 10.0.2.30/32 dev eth0; ip address add 10.0.4.128/32 dev net1',
    'ip route add 169.254.1.1 dev eth0; ip route add default via 169.254.1.1 dev eth0',
    'echo ready; exec sleep infinity',
  ].join('\n');
  const child = spawn('unshare', ['--net', 'sh', '-ec', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const netns = `/proc/${child.pid}/ns/net`;
  return {
    netns,
    async ip(command) {
      const output = await run('nsenter', [`--net=${netns}`, 'ip', ...command.split(' ')]);
      return output
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    },
    stop: () => child.kill('SIGKILL'),
  };
}
