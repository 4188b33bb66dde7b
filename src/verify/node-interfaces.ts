import type { EC2Client } from '@aws-sdk/client-ec2';
import type { V1Node } from '@kubernetes/client-node';
import { listNetworkInterfaces } from '../aws/network-interfaces.ts';
import type { NodeInterface } from '../connectivity/evaluate/evidence.ts';
import type { ProbeCluster } from '../connectivity/probe/cluster.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** The most values that EC2 accepts in one filter. */
const AT_ONCE = 200;

/**
 * The network interfaces of the cluster's nodes in EC2. They improve explanations. When EC2 refuses or does not answer,
 * the test continues without them and logs why.
 */
export async function nodeInterfaces(
  cluster: ProbeCluster,
  client: EC2Client,
  log: Log,
): Promise<readonly NodeInterface[] | undefined> {
  try {
    const nodes = new Map((await cluster.nodes()).flatMap(instanceOf));
    const ids = [...nodes.keys()];
    const found = [];
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const some = ids.slice(start, start + AT_ONCE);
      found.push(...(await listNetworkInterfaces(client, { 'attachment.instance-id': some })));
    }
    return found.map(({ instanceId = '', ...rest }) => ({ ...rest, node: nodes.get(instanceId) }));
  } catch (error) {
    log.info(`Continuing without the nodes' network interfaces: ${messageOf(error)}`);
    return undefined;
  }
}

/** `aws:///ap-northeast-2a/i-0123456789abcdef0`: how EKS names the instance of a node. */
function instanceOf({ metadata, spec }: V1Node): [string, string][] {
  const id = /^aws:\/\/\/[^/]*\/(i-[0-9a-f]+)$/.exec(spec?.providerID ?? '')?.[1];
  return id === undefined ? [] : [[id, metadata?.name ?? '']];
}
