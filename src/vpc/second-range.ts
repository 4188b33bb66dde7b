import type { InputProblem } from '../core/errors.ts';
import { type Cidr, contains, overlaps, parseCidr } from '../core/ip.ts';
import { serviceRangeFor } from './service-range.ts';

/** The ranges for private networks of RFC 1918, and those that AWS treats in another way. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const SHARED = '100.64.0.0/10';
const SERVICES_OF_AWS = '198.19.0.0/16';
const DEFAULT_VPCS = '172.31.0.0/16';

/**
 * Finds why a second range cannot come into a VPC with a cluster: the table "IPv4 CIDR block association restrictions" in
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html. EC2 answers InvalidVpc.Range to the others. Pure.
 */
export function secondRangeProblems(text: string, vpcCidr: string): readonly InputProblem[] {
  const allowed = notAllowed(parseCidr(text), parseCidr(vpcCidr), serviceRangeFor(vpcCidr));
  return allowed === undefined ? [] : [{ input: 'multus-cidr', value: text, allowed }];
}

/** What is allowed instead; undefined when the range may be associated. */
function notAllowed(
  second: Cidr | undefined,
  vpc: Cidr | undefined,
  serviceCidr: string,
): string | undefined {
  if (second === undefined || second.prefix < 16 || second.prefix > 28) {
    return 'an IPv4 network from /16 to /28 with no host bits set, such as 100.64.0.0/16';
  }
  if (vpc === undefined) return undefined;
  if (overlaps(vpc, second)) return 'a network that does not overlap vpc-cidr';
  if (isIn(serviceCidr, second))
    return `a network apart from ${serviceCidr}, the cluster's Services`;
  const found = RULES.find(({ refuses }) => refuses(vpc, second));
  return found === undefined ? undefined : `${found.allowed} (EC2 refuses others)`;
}

interface Rule {
  refuses(vpc: Cidr, second: Cidr): boolean;
  readonly allowed: string;
}

const RULES: readonly Rule[] = [
  {
    refuses: (_, second) => isIn(SERVICES_OF_AWS, second),
    allowed: `a network outside of ${SERVICES_OF_AWS}`,
  },
  {
    refuses: (vpc, second) => within('10.0.0.0/15', vpc) && isIn('10.0.0.0/16', second),
    allowed: 'a network outside of 10.0.0.0/16 where the VPC is in 10.0.0.0/15',
  },
  {
    refuses: (vpc, second) => within('172.16.0.0/12', vpc) && isIn(DEFAULT_VPCS, second),
    allowed: `a network outside of ${DEFAULT_VPCS} where the VPC is in 172.16.0.0/12`,
  },
  {
    refuses: (vpc, second) => {
      const own = PRIVATE.find((range) => within(range, vpc));
      return PRIVATE.some((range) => range !== own && isIn(range, second));
    },
    allowed: `a network of ${SHARED}, or of the private range that vpc-cidr is in`,
  },
];

function isIn(text: string, cidr: Cidr): boolean {
  const range = parseCidr(text);
  return range !== undefined && overlaps(range, cidr);
}

function within(text: string, cidr: Cidr): boolean {
  const range = parseCidr(text);
  return range !== undefined && contains(range, cidr);
}
