import { AssignPrivateIpAddressesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { DescribeAddonCommand, type EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { type Ec2State, interfacesOf, regionOf } from '../vpc/ec2-state.ts';
import { reachesService } from '../vpc/reach.ts';

/** Who is asked on behalf of the plugin, by region. */
interface AwsOfNodes {
  readonly ec2In: (region: string) => EC2Client;
  readonly eksIn: (region: string) => EKSClient;
}

/**
 * Stands in for the address management of the VPC CNI plugin in prefix mode: assigns /28 prefixes to the
 * primary network interface of an instance, from which its pods get their addresses. It assigns two, or one
 * when the subnet has no more. On EKS, the plugin's daemon does this on the node after it has joined, one by
 * one as pods arrive. So it does nothing for a node from which nothing leads to the services that the daemon calls.
 */
export async function assignPodPrefix(
  { ec2In, eksIn }: AwsOfNodes,
  readState: () => Promise<Ec2State>,
  instanceId: string,
): Promise<void> {
  const state = await readState();
  const instance = state.instances.find(({ id }) => id === instanceId);
  const [primary] = interfacesOf(state, instanceId);
  if (instance === undefined || primary === undefined || primary.prefixes.length > 0) return;
  const services = await calledServices(eksIn(regionOf(instance)));
  if (!services.every((service) => reachesService(state, primary, service))) return;
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

/** EC2 and, where the add-on has a role by EKS Pod Identity, the service from which the agent gets its credentials. */
async function calledServices(eks: EKSClient): Promise<readonly string[]> {
  const { clusters = [] } = await eks.send(new ListClustersCommand({}));
  const addons = await Promise.all(
    clusters.map((clusterName) =>
      eks.send(new DescribeAddonCommand({ clusterName, addonName: 'vpc-cni' })).catch(() => ({})),
    ),
  );
  const byIdentity = addons.some(
    (found) => 'addon' in found && (found.addon?.podIdentityAssociations ?? []).length > 0,
  );
  return byIdentity ? ['ec2', 'eks-auth'] : ['ec2'];
}
