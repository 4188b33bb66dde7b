import { code, codeBlock, md, table } from '../github/markdown.ts';
import { describeAttachment } from '../networks/attachment.ts';
import type { ConfigureResult } from './outputs.ts';

/** Returns the Markdown for the job's summary page; empty when the cluster was not reached. Pure. */
export function toSummary(result: ConfigureResult): string {
  const { cluster, user } = result;
  if (cluster === undefined) return '';
  if (result.removed) return md`## Multus on ${cluster}\n\nRemoved by ${code(user ?? '')}.\n`.text;
  return [
    md`## Multus on ${cluster}`.text,
    md`Connected as ${code(user ?? '')}.`.text,
    ...nodes(result),
    ...multus(result),
    ...networks(result),
    ...awsAuth(result),
    '',
  ].join('\n\n');
}

function nodes({ nodes }: ConfigureResult): readonly string[] {
  if (nodes === undefined) return ['### Nodes', 'The expected nodes are not Ready.'];
  const rows = nodes.map(({ name, ready, zone, address, version, reason }) => [
    name,
    ready ? 'Ready' : `not Ready: ${reason}`,
    zone,
    address,
    version,
  ]);
  return ['### Nodes', table(['Node', 'State', 'Zone', 'Address', 'Kubelet'], rows)];
}

function multus({ multus, rollout }: ConfigureResult): readonly string[] {
  if (multus === undefined) return [];
  const state = rollout === undefined ? 'not rolled out' : `running on ${rollout.ready} nodes`;
  return ['### Multus', md`${multus.mode}, ${code(multus.image)}: ${state}.`.text];
}

function networks({ attachments }: ConfigureResult): readonly string[] {
  if (attachments === undefined) return [];
  const rows = attachments.map((attachment) => [
    `${attachment.namespace}/${attachment.name}`,
    describeAttachment(attachment),
    attachment.pools.map(({ subnet }) => subnet).join(', ') || 'as on the node',
    attachment.pools.map(({ gateway }) => gateway ?? '').join(', '),
  ]);
  return ['### Networks', table(['Network', 'Configuration', 'Subnet', 'Gateway'], rows)];
}

function awsAuth({ awsAuth }: ConfigureResult): readonly string[] {
  if (awsAuth === undefined) return [];
  const text = awsAuth.changed
    ? codeBlock(awsAuth.diff.join('\n'), 'diff')
    : 'Already maps the node roles; nothing was changed.';
  return ['### aws-auth', text];
}
