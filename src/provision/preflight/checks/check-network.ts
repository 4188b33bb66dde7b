import { contains, parseCidr, share } from '../../../core/ip.ts';
import { ENVIRONMENT_TAG } from '../../../environment/tags.ts';
import { known } from '../facts.ts';
import type { SetUp } from '../set-up.ts';
import { newVpcFindings } from './check-routes.ts';
import { type Check, type Finding, notice } from './finding.ts';

/** The most VPCs that one finding names. */
const MOST_NAMED = 5;

export const checkNetwork: Check = {
  name: 'Network',
  needs: ['vpcs'],
  find(setUp, facts) {
    // A given VPC has the ranges that its owner chose.
    if (setUp.infra !== undefined || setUp.network.givenVpc !== undefined) return [];
    return [...rangeFindings(setUp), ...overlapFindings(setUp, facts), ...newVpcFindings(setUp)];
  },
};

/** Private ranges of RFC 1918 and the shared range of RFC 6598. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
/** The network of Docker, and of services that use it: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const DOCKER = '172.17.0.0/16';

function rangeFindings({ network }: SetUp): readonly Finding[] {
  const { vpcCidr } = network;
  const findings: Finding[] = [];
  if (!PRIVATE.some((range) => includes(range, vpcCidr))) {
    findings.push(
      notice(
        `vpc-cidr: ${vpcCidr} is a public range, so nodes do not reach the hosts on the internet that have these addresses`,
        'use a private range, such as 10.0.0.0/16',
      ),
    );
  }
  if (share(DOCKER, vpcCidr)) {
    findings.push(
      notice(
        `vpc-cidr: ${vpcCidr} shares addresses with Docker's network ${DOCKER}, which Cloud9, SageMaker and hosts with Docker use`,
        'use another range if such hosts must reach the cluster',
      ),
    );
  }
  return findings;
}

/** VPCs with the same addresses can never be connected. The pack's own environments usually have the same ones. */
function overlapFindings(
  { network: { vpcCidr } }: SetUp,
  facts: Parameters<Check['find']>[1],
): readonly Finding[] {
  const others = (known(facts.vpcs) ?? []).filter(
    ({ cidrs, isDefault, tags }) =>
      !isDefault &&
      tags[ENVIRONMENT_TAG] === undefined &&
      cidrs.some((cidr) => share(cidr, vpcCidr)),
  );
  if (others.length === 0) return [];
  const names = others
    .slice(0, MOST_NAMED)
    .map(({ id, tags, cidrs }) => `${id} (${[tags['Name'], ...cidrs].filter(Boolean).join(', ')})`);
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : '';
  return [
    notice(
      `vpc-cidr: ${vpcCidr} overlaps the VPCs ${names.join(', ')}${more}`,
      'give another vpc-cidr if the cluster must ever be connected to one of them',
    ),
  ];
}

function includes(outer: string, inner: string): boolean {
  const [one, other] = [parseCidr(outer), parseCidr(inner)];
  return one !== undefined && other !== undefined && contains(one, other);
}
