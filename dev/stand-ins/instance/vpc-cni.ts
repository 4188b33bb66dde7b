import { AssignPrivateIpAddressesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { type Ec2State, interfacesOf, regionOf } from '../vpc/ec2-state.ts';

/**
 * Stands in for the address management of the VPC CNI plugin in prefix mode: assigns /28 prefixes to the
 * primary network interface of an instance, from which its pods get their addresses. It assigns two, or one
 * when the subnet has no more. On EKS, the plugin's daemon does this on the node after it has joined, one by
 * one as pods arrive.
 */
export async function assignPodPrefix(
  ec2In: (region: string) => EC2Client,
  readState: () => Promise<Ec2State>,
  instanceId: string,
): Promise<void> {
  const state = await readState();
  const instance = state.instances.find(({ id }) => id === instanceId);
  const [primary] = interfacesOf(state, instanceId);
  if (instance === undefined || primary === undefined || primary.prefixes.length > 0) return;
  const ec2 = ec2In(regionOf(instance));
  const assign = (count: number) =>
    ec2.send(
      new AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: primary.id,
        Ipv4PrefixCount: count,
      }),
    );
  await assign(2).catch((error: Error) => {
    if (error.name !== 'InsufficientCidrBlocks') throw error;
    return assign(1);
  });
}
