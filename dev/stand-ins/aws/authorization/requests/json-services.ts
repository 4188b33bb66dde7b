import { isWildcardOnlyAction } from '@cloud-copilot/iam-simulate';
import type { AwsCall } from '../../gateway/aws-call.ts';
import { iamAction } from '../../gateway/iam-action.ts';
import {
  parseQuery,
  type QueryParams,
  structuresOf,
  textOf,
} from '../../gateway/query-protocol.ts';
import { type JsonObject, objectOf, stringOf, textMapOf } from '../../gateway/rest-json.ts';
import { type AccessRequest, defaultKeyPolicy } from '../simulate.ts';
import {
  type AccountFacts,
  passRole,
  type RequestsOf,
  requestTags,
  resourceTags,
  tagList,
} from './request-facts.ts';

/** The checks of EKS: about a cluster, one of its access entries, or one of its add-ons. */
export const eksRequests: RequestsOf = async (call, facts) => {
  const action = iamAction(call);
  const body = bodyOf(call);
  const arn = (resource: string) => `arn:aws:eks:${call.region}:${facts.account}:${resource}`;
  const [, , cluster = '', part, name] = call.path.split('/').map(decodeURIComponent);
  const context = requestTags(textMapOf(body['tags']));
  if (action === 'eks:CreateCluster') return clusterRequests(body, context, facts);
  if (await isWildcardOnlyAction('eks', action.replace('eks:', ''))) {
    return [{ action, resource: '*' }];
  }
  if (call.path.startsWith('/tags/')) {
    return [{ action, resource: decodeURIComponent(call.path.slice('/tags/'.length)), context }];
  }
  const resource = resourceIn(cluster, part, name);
  const about = { action, resource: arn(resource), context: { ...context, ...entryOf(body) } };
  return [about, ...podIdentities(body, arn(`cluster/${cluster}`))];
};

/** Making an access entry or an add-on is about the cluster. */
function resourceIn(cluster: string, part = '', name?: string): string {
  if (name === undefined) return `cluster/${cluster}`;
  if (part === 'addons') return `addon/${cluster}/${name}/a`;
  if (part !== 'access-entries') return `cluster/${cluster}`;
  const [, account, kind, principal] = /::(\d+):(role|user)\/(?:.*\/)?([^/]+)$/.exec(name) ?? [];
  return `access-entry/${cluster}/${kind}/${account}/${principal}/a`;
}

/** The keys of a new access entry. */
function entryOf({ principalArn, type = 'STANDARD' }: JsonObject): AccessRequest['context'] {
  if (principalArn === undefined) return {};
  return { 'eks:accessEntryType': String(type), 'eks:principalArn': String(principalArn) };
}

/** An add-on's association with a role is made with the caller's rights. */
function podIdentities(body: JsonObject, cluster: string): readonly AccessRequest[] {
  const associations = (body['podIdentityAssociations'] ?? []) as readonly JsonObject[];
  return associations.flatMap(({ roleArn }) => [
    { action: 'eks:CreatePodIdentityAssociation', resource: cluster },
    passRole(String(roleArn), 'pods.eks'),
  ]);
}

function clusterRequests(
  body: JsonObject,
  context: AccessRequest['context'],
  facts: AccountFacts,
): readonly AccessRequest[] {
  const configs = (body['encryptionConfig'] ?? []) as readonly JsonObject[];
  const keys = configs.map((one) => String(objectOf(one['provider'])?.['keyArn']));
  const onKeys = keys.flatMap((resource) => [
    { action: 'kms:DescribeKey', resource, resourcePolicy: defaultKeyPolicy(facts.account) },
    {
      action: 'kms:CreateGrant',
      resource,
      context: { 'kms:GrantIsForAWSResource': 'true' },
      resourcePolicy: defaultKeyPolicy(facts.account),
    },
  ]);
  return [
    { action: 'eks:CreateCluster', resource: '*', context: context ?? {} },
    passRole(String(body['roleArn']), 'eks'),
    ...onKeys,
  ];
}

/** The checks of Lambda, which are about a function. */
export const lambdaRequests: RequestsOf = async (call, facts) => {
  const action = iamAction(call);
  const body = bodyOf(call);
  const path = call.path.split('/').map(decodeURIComponent);
  const name = stringOf(body['FunctionName']) ?? path[3] ?? '';
  const resource = name.startsWith('arn:')
    ? name
    : `arn:aws:lambda:${call.region}:${facts.account}:function:${name}`;
  const tags = textMapOf(body['Tags']);
  const context = requestTags(tags);
  if (action !== 'lambda:CreateFunction') return [{ action, resource, context }, ...code(body)];
  return [
    { action, resource, context },
    passRole(String(body['Role']), 'lambda'),
    ...(Object.keys(tags).length === 0
      ? []
      : [{ action: 'lambda:TagResource', resource, context }]),
    ...code(objectOf(body['Code']) ?? {}),
  ];
};

/** Lambda reads a function's code with the rights of the caller. */
function code(from: JsonObject): readonly AccessRequest[] {
  const [bucket, key] = [stringOf(from['S3Bucket']), stringOf(from['S3Key'])];
  if (bucket === undefined || key === undefined) return [];
  const version = from['S3ObjectVersion'] === undefined ? '' : 'Version';
  return [{ action: `s3:GetObject${version}`, resource: `arn:aws:s3:::${bucket}/${key}` }];
}

/** The checks of KMS. A key has KMS's default policy, with which IAM decides. */
export const kmsRequests: RequestsOf = async (call, facts) => {
  const action = `kms:${call.action}`;
  const body = bodyOf(call);
  const tags = tagList(body['Tags']);
  if (action === 'kms:CreateKey') {
    const making = { action, resource: '*', context: requestTags(tags) };
    const tagging = onKey('kms:TagResource', 'new', requestTags(tags));
    return Object.keys(tags).length === 0 ? [making] : [making, tagging];
  }
  const id = String(body['KeyId']).replace(/^.*:key\//, '');
  const context = { ...requestTags(tags), ...resourceTags(await facts.keyTags(id)) };
  return [onKey(action, id, context)];

  function onKey(name: string, key: string, given: AccessRequest['context'] = {}): AccessRequest {
    return {
      action: name,
      resource: `arn:aws:kms:${call.region}:${facts.account}:key/${key}`,
      context: given,
      resourcePolicy: defaultKeyPolicy(facts.account),
    };
  }
};

type NameOf = (body: JsonObject) => string | undefined;
const LOG_GROUP: NameOf = (body) =>
  stringOf(body['logGroupName']) ??
  stringOf(body['logGroupIdentifier']) ??
  stringOf(body['resourceArn'])?.replace(/^.*:log-group:/, '');
const RULE: NameOf = (body) =>
  stringOf(body['Name']) ??
  stringOf(body['Rule']) ??
  stringOf(body['ResourceARN'])?.replace(/^.*:rule\//, '');

export const logsRequests = named('logs', 'log-group:', LOG_GROUP);
export const eventsRequests = named('events', 'rule/', RULE);

/** The checks of a service whose resources have names that calls give. */
function named(service: string, type: string, nameOf: NameOf): RequestsOf {
  return async (call, facts) => {
    const action = `${service}:${call.action}`;
    const body = bodyOf(call);
    const name = nameOf(body);
    if (name === undefined || (await isWildcardOnlyAction(service, call.action))) {
      return [{ action, resource: '*' }];
    }
    const stream = stringOf(body['logStreamName']);
    const within = stream === undefined ? '' : `:log-stream:${stream}`;
    const resource = `arn:aws:${service}:${call.region}:${facts.account}:${type}${name}${within}`;
    const tags = Array.isArray(body['Tags']) ? tagList(body['Tags']) : textMapOf(body['tags']);
    const context = requestTags(tags);
    const tagging = { action: `${service}:TagResource`, resource, context };
    const makes = /^(Create|Put)/.test(call.action) && Object.keys(tags).length > 0;
    return [{ action, resource, context }, ...(makes ? [tagging] : [])];
  };
}

/** The checks of Auto Scaling. A group's ARN has an id that nobody but Auto Scaling knows. */
export const autoScalingRequests: RequestsOf = async (call, facts) => {
  const { params } = parseQuery(call.body.toString('utf8'));
  const action = `autoscaling:${call.action}`;
  const name = await groupNamed(params, facts);
  if (name === undefined || (await isWildcardOnlyAction('autoscaling', call.action))) {
    return [{ action, resource: '*' }];
  }
  const resource = `arn:aws:autoscaling:${call.region}:${facts.account}:autoScalingGroup:1:autoScalingGroupName/${name}`;
  const tags = requestTags(tagList(params['Tags']));
  const tagging = { action: 'autoscaling:CreateOrUpdateTags', resource, context: tags };
  const makes = call.action === 'CreateAutoScalingGroup' && Object.keys(tags).length > 0;
  return [{ action, resource, context: tags }, ...(makes ? [tagging] : [])];
};

/** A call names its group, or the group that a tag is on, or an instance of the group. */
async function groupNamed(params: QueryParams, facts: AccountFacts): Promise<string | undefined> {
  const [tag = {}] = structuresOf(params, 'Tags');
  const named = textOf(params, 'AutoScalingGroupName') ?? textOf(tag, 'ResourceId');
  const instanceId = textOf(params, 'InstanceId');
  return named ?? (instanceId === undefined ? undefined : facts.groupOf(instanceId));
}

/** The checks of EventBridge Scheduler. A schedule belongs to a group, and works with a role that the caller hands over. */
export const schedulerRequests: RequestsOf = async (call, facts) => {
  const action = iamAction(call);
  const body = bodyOf(call);
  const [, kind = '', name = ''] = call.path.split('/').map(decodeURIComponent);
  const arn = (resource: string) => `arn:aws:scheduler:${call.region}:${facts.account}:${resource}`;
  if (kind === 'schedule-groups') return [{ action, resource: arn(`schedule-group/${name}`) }];
  const group = stringOf(body['GroupName']) ?? call.query.get('groupName') ?? 'default';
  const roleArn = stringOf(objectOf(body['Target'])?.['RoleArn']);
  const about = { action, resource: arn(`schedule/${group}/${name}`) };
  return roleArn === undefined ? [about] : [about, passRole(roleArn, 'scheduler')];
};

/**
 * The checks of Systems Manager. CloudFormation asks for several parameters at once. Whoever makes a parameter with tags also
 * needs the right to tag it: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
export const ssmRequests: RequestsOf = async (call, facts) => {
  const action = iamAction(call);
  if (action === 'ssm:DescribeParameters') return [{ action, resource: '*' }];
  const body = bodyOf(call);
  const names = [body['Names'] ?? body['Name'] ?? body['ResourceId']].flat().map(String);
  const tags = tagList(body['Tags']);
  const context = requestTags(tags);
  return names.flatMap((name) => {
    // AWS's own parameters belong to no account.
    const owner = name.startsWith('/aws/') ? '' : facts.account;
    const resource = `arn:aws:ssm:${call.region}:${owner}:parameter/${name.replace(/^\//, '')}`;
    const tagging = { action: 'ssm:AddTagsToResource', resource, context };
    const tagged = action === 'ssm:PutParameter' && Object.keys(tags).length > 0;
    return [{ action, resource, context }, ...(tagged ? [tagging] : [])];
  });
};

function bodyOf(call: AwsCall): JsonObject {
  const text = call.body.toString('utf8');
  return text === '' ? {} : (objectOf(JSON.parse(text)) ?? {});
}
