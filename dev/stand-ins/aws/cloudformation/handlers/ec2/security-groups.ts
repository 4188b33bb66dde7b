import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  UpdateSecurityGroupRuleDescriptionsEgressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from '@aws-sdk/client-ec2';
import { sameValue, type Values } from '../../language/value.ts';
import { handler, type ResourceContext } from '../handler.ts';
import { ec2Tags, retagEc2, type TagPair } from '../tags.ts';

type Direction = 'ingress' | 'egress';

/**
 * A rule, declared inside a group or as a resource of its own. The names of `peer` depend on the direction.
 */
interface Rule {
  readonly IpProtocol: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly CidrIp?: string;
  readonly CidrIpv6?: string;
  readonly Description?: string;
  readonly SourceSecurityGroupId?: string;
  readonly DestinationSecurityGroupId?: string;
}

const RULE = ['IpProtocol', 'FromPort', 'ToPort', 'CidrIp', 'CidrIpv6', 'Description'] as const;

interface SecurityGroup {
  readonly GroupDescription: string;
  readonly GroupName?: string;
  readonly VpcId?: string;
  readonly SecurityGroupIngress?: readonly Rule[];
  readonly SecurityGroupEgress?: readonly Rule[];
  readonly Tags?: readonly TagPair[];
}

/** The egress rule of every new group, which a group without egress rules in its template keeps. */
const EVERYWHERE: Rule = { IpProtocol: '-1', CidrIp: '0.0.0.0/0' };

const securityGroup = handler<SecurityGroup>({
  properties: [
    'GroupDescription',
    'GroupName',
    'VpcId',
    'SecurityGroupIngress',
    'SecurityGroupEgress',
    'Tags',
  ],
  async create(properties, context) {
    const { GroupDescription: Description, GroupName = context.name(255), VpcId } = properties;
    const { GroupId: id = '' } = await context.clients.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName,
        Description,
        VpcId,
        TagSpecifications: ec2Tags('security-group', context.tags),
      }),
    );
    context.initiated(id);
    await moveRules(id, 'ingress', [], properties.SecurityGroupIngress ?? [], context);
    await moveRules(id, 'egress', [EVERYWHERE], egressOf(properties), context);
    return { id, attributes: { GroupId: id, Id: id, VpcId: VpcId ?? '' } };
  },
  async update({ id, tags, properties: before, attributes }, after, context) {
    const { SecurityGroupIngress: had = [] } = before;
    await moveRules(id, 'ingress', had, after.SecurityGroupIngress ?? [], context);
    await moveRules(id, 'egress', egressOf(before), egressOf(after), context);
    await retagEc2(id, tags, context);
    return attributes;
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
  },
});

function egressOf(group: SecurityGroup): readonly Rule[] {
  return group.SecurityGroupEgress ?? [EVERYWHERE];
}

async function moveRules(
  GroupId: string,
  direction: Direction,
  before: readonly Rule[],
  after: readonly Rule[],
  { clients: { ec2 } }: ResourceContext,
): Promise<void> {
  const missing = (from: readonly Rule[], rule: Rule) =>
    !from.some((other) => sameValue(other as unknown as Values, rule as unknown as Values));
  const revoked = before.filter((rule) => missing(after, rule)).map(permission);
  const added = after.filter((rule) => missing(before, rule)).map(permission);
  if (revoked.length > 0) {
    const input = { GroupId, IpPermissions: revoked };
    if (direction === 'egress') await ec2.send(new RevokeSecurityGroupEgressCommand(input));
    else await ec2.send(new RevokeSecurityGroupIngressCommand(input));
  }
  if (added.length > 0) {
    const input = { GroupId, IpPermissions: added };
    if (direction === 'egress') await ec2.send(new AuthorizeSecurityGroupEgressCommand(input));
    else await ec2.send(new AuthorizeSecurityGroupIngressCommand(input));
  }
}

function permission(rule: Rule): IpPermission {
  const described = rule.Description === undefined ? {} : { Description: rule.Description };
  const peer = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
  return {
    IpProtocol: rule.IpProtocol,
    ...(rule.FromPort === undefined ? {} : { FromPort: rule.FromPort }),
    ...(rule.ToPort === undefined ? {} : { ToPort: rule.ToPort }),
    ...(peer === undefined ? {} : { UserIdGroupPairs: [{ GroupId: peer, ...described }] }),
    ...(rule.CidrIp === undefined ? {} : { IpRanges: [{ CidrIp: rule.CidrIp, ...described }] }),
    ...(rule.CidrIpv6 === undefined
      ? {}
      : { Ipv6Ranges: [{ CidrIpv6: rule.CidrIpv6, ...described }] }),
  };
}

interface RuleResource extends Rule {
  readonly GroupId: string;
}

const securityGroupIngress = handler<RuleResource>({
  properties: [...RULE, 'GroupId', 'SourceSecurityGroupId'],
  async create(rule, { clients }) {
    const input = { GroupId: rule.GroupId, IpPermissions: [permission(rule)] };
    const made = await clients.ec2.send(new AuthorizeSecurityGroupIngressCommand(input));
    return ruleCreated(made.SecurityGroupRules?.[0]?.SecurityGroupRuleId);
  },
  async update({ attributes }, rule, { clients }) {
    const input = { GroupId: rule.GroupId, IpPermissions: [permission(rule)] };
    await clients.ec2.send(new UpdateSecurityGroupRuleDescriptionsIngressCommand(input));
    return attributes;
  },
  async delete({ id, properties: { GroupId } }, { clients }) {
    const input = { GroupId, SecurityGroupRuleIds: [id] };
    await clients.ec2.send(new RevokeSecurityGroupIngressCommand(input));
  },
});

const securityGroupEgress = handler<RuleResource>({
  properties: [...RULE, 'GroupId', 'DestinationSecurityGroupId'],
  async create(rule, { clients }) {
    const input = { GroupId: rule.GroupId, IpPermissions: [permission(rule)] };
    const made = await clients.ec2.send(new AuthorizeSecurityGroupEgressCommand(input));
    return ruleCreated(made.SecurityGroupRules?.[0]?.SecurityGroupRuleId);
  },
  async update({ attributes }, rule, { clients }) {
    const input = { GroupId: rule.GroupId, IpPermissions: [permission(rule)] };
    await clients.ec2.send(new UpdateSecurityGroupRuleDescriptionsEgressCommand(input));
    return attributes;
  },
  async delete({ id, properties: { GroupId } }, { clients }) {
    const input = { GroupId, SecurityGroupRuleIds: [id] };
    await clients.ec2.send(new RevokeSecurityGroupEgressCommand(input));
  },
});

function ruleCreated(id = '') {
  return { id, attributes: { Id: id } };
}

export const securityGroupHandlers = {
  'AWS::EC2::SecurityGroup': securityGroup,
  'AWS::EC2::SecurityGroupIngress': securityGroupIngress,
  'AWS::EC2::SecurityGroupEgress': securityGroupEgress,
};
