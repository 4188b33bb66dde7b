import { contains, parseCidr, share } from '../../../core/ip.ts';
import { known } from '../facts.ts';
import type { AclEntry, GivenVpcFacts, NetworkAcl } from '../given-vpc-facts.ts';
import type { SetUp } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

/** Traffic of one direction, with all addresses of a range and all ports of a range. */
interface Traffic {
  readonly egress: boolean;
  /** `6` for TCP, `-1` for all protocols. */
  readonly protocol: string;
  readonly cidr: string;
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

export const checkNetworkAcls: Check = {
  name: 'Network ACLs of the given VPC',
  needs: ['givenVpc'],
  find(setUp, facts) {
    const vpc = known(facts.givenVpc);
    if (vpc === undefined) return [];
    const nodes = (setUp.network.givenVpc?.privateSubnetIds ?? []).flatMap((id) =>
      blocked(vpc, id, trafficOfNodes(vpc)).map(({ acl, what }) =>
        problem(
          `private-subnets: the network ACL ${acl.id} of ${id} blocks ${what}`,
          `let its owner allow that in ${acl.id}`,
        ),
      ),
    );
    return [...nodes, ...multusFindings(setUp, vpc)];
  },
};

/** Answers come to ports of the kernel's ephemeral range. ACLs keep no state, so both directions count. */
const EPHEMERAL = { from: 32_768, to: 60_999 };

/** https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html: what the cluster and its nodes say to each other. */
function trafficOfNodes({ cidrs }: GivenVpcFacts): readonly Traffic[] {
  const tcp = { protocol: '6' };
  const everywhere = '0.0.0.0/0';
  const https = { from: 443, to: 443 };
  const kubelet = { from: 10_250, to: 10_250 };
  return [
    { ...tcp, ...https, egress: true, cidr: everywhere, what: 'HTTPS to AWS and to registries' },
    { ...tcp, ...EPHEMERAL, egress: false, cidr: everywhere, what: 'the answers to HTTPS' },
    ...cidrs.flatMap((cidr) => [
      {
        ...tcp,
        ...kubelet,
        egress: false,
        cidr,
        what: `the control plane's calls of the kubelet from ${cidr}`,
      },
      { ...tcp, ...EPHEMERAL, egress: true, cidr, what: `the kubelet's answers to ${cidr}` },
    ]),
  ];
}

/** Pods may talk in any way, and an owner may want to allow only some: nothing of this stops a deploy. */
function multusFindings({ network }: SetUp, vpc: GivenVpcFacts): readonly Finding[] {
  const inVpc = { protocol: '-1', from: 0, to: 65_535, cidr: network.vpcCidr };
  const traffic = [
    { ...inVpc, egress: true, what: `some traffic of pods to ${network.vpcCidr}` },
    { ...inVpc, egress: false, what: `some traffic of pods from ${network.vpcCidr}` },
  ];
  return network.multusSubnets.flatMap(({ givenId }) =>
    givenId === undefined
      ? []
      : blocked(vpc, givenId, traffic).map(({ acl, what }) =>
          notice(
            `multus-subnets: the network ACL ${acl.id} of ${givenId} blocks ${what}`,
            'let its owner allow that, if pods need it; verify tries it',
          ),
        ),
  );
}

function blocked({ networkAcls }: GivenVpcFacts, subnetId: string, traffic: readonly Traffic[]) {
  const acl = networkAcls.find(({ subnetIds }) => subnetIds.includes(subnetId));
  if (acl === undefined) return [];
  return traffic.filter((one) => !passes(acl, one)).map(({ what }) => ({ acl, what }));
}

/**
 * Whether all of the traffic passes. The entry with the lowest number that fits decides about each packet, so an entry that
 * fits all of it decides, and one that denies a part blocks that part. Pure.
 */
export function passes({ entries }: Pick<NetworkAcl, 'entries'>, traffic: Traffic): boolean {
  const ordered = entries
    .filter(({ egress }) => egress === traffic.egress)
    .toSorted((a, b) => a.number - b.number);
  for (const entry of ordered) {
    if (fitsAll(entry, traffic)) return entry.allows;
    if (!entry.allows && fitsSome(entry, traffic)) return false;
  }
  return false;
}

function fitsAll(entry: AclEntry, traffic: Traffic): boolean {
  const [outer, inner] = [parseCidr(entry.cidr), parseCidr(traffic.cidr)];
  if (outer === undefined || inner === undefined || !contains(outer, inner)) return false;
  if (entry.protocol === '-1') return true;
  return (
    entry.protocol === traffic.protocol && entry.from <= traffic.from && traffic.to <= entry.to
  );
}

function fitsSome(entry: AclEntry, traffic: Traffic): boolean {
  if (!share(entry.cidr, traffic.cidr)) return false;
  if (entry.protocol === '-1' || traffic.protocol === '-1') return true;
  return (
    entry.protocol === traffic.protocol && entry.from <= traffic.to && traffic.from <= entry.to
  );
}
