import { parseQuery, textOf } from '../../gateway/query-protocol.ts';
import type { AccessRequest } from '../simulate.ts';
import { passRole, type RequestsOf, requestTags, tagList } from './request-facts.ts';

/** The checks of an IAM call about a role, an instance profile or a policy. */
export const iamRequests: RequestsOf = async (call, facts) => {
  const { params } = parseQuery(call.body.toString('utf8'));
  const action = `iam:${call.action}`;
  const arn = (resource: string) => `arn:aws:iam::${facts.account}:${resource}`;
  const profile = textOf(params, 'InstanceProfileName');
  const role = textOf(params, 'RoleName');
  if (profile !== undefined) {
    const handOver =
      call.action === 'AddRoleToInstanceProfile' ? [passRole(arn(`role/${role}`), 'ec2')] : [];
    return [{ action, resource: arn(`instance-profile/${profile}`) }, ...handOver];
  }
  const simulated = textOf(params, 'PolicySourceArn');
  if (simulated !== undefined) return [{ action, resource: simulated }];
  const policy = textOf(params, 'PolicyArn');
  if (role === undefined) return [{ action, resource: policy ?? '*' }];
  // The boundary that the call sets, or the one that the role has.
  const boundary = textOf(params, 'PermissionsBoundary') ?? (await facts.boundaryOf(role));
  const tags = requestTags(tagList(params['Tags']));
  const context = {
    ...tags,
    ...(boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }),
    ...(policy === undefined ? {} : { 'iam:PolicyARN': policy }),
  };
  const resource = arn(`role/${role}`);
  const tagging: readonly AccessRequest[] =
    call.action === 'CreateRole' && Object.keys(tags).length > 0
      ? [{ action: 'iam:TagRole', resource, context: tags }]
      : [];
  return [{ action, resource, context }, ...tagging];
};
