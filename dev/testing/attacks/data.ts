import {
  type AccessRequest,
  defaultKeyPolicy,
} from '../../stand-ins/aws/authorization/simulate.ts';
import { ACCOUNT } from '../samples/account-roles.ts';
import {
  type Attack,
  arn,
  attack,
  deployer,
  importOf,
  MADE_ROLE,
  made,
  type Step,
  service,
  TAGGED,
  TAGGING,
  TEMPLATE,
} from './attack.ts';

const KEY = arn('kms', 'key/11111111-2222-3333-4444-555555555555');
const KEY_OF_OTHERS = { 'kms:ResourceAliases': ['alias/payments'] };
const PARAMETER = arn('ssm', 'parameter/prod/database');
const SECRET = arn('secretsmanager', 'secret:prod-database-1');
const LOGS = arn('logs', 'log-group:/aws/lambda/payments');

/** A step on a key that has KMS's default policy. */
function onKey(by: typeof service, action: string, context: AccessRequest['context'] = {}): Step {
  return { ...by(action, KEY, context), resourcePolicy: defaultKeyPolicy(ACCOUNT) };
}

const STAGED = 'team-b-lab/1/attach-enis.zip';

/** An attack on the staging bucket of the other team. `steps` takes the ARN of the bucket. */
function onOthersBucket(name: string, steps: (bucket: string) => readonly Step[]): Attack {
  return { name, steps: ({ bucketOfOthers }) => steps(`arn:aws:s3:::${bucketOfOthers}`) };
}

/** Ways to keys, buckets, parameters, secrets and logs of others. */
export const DATA_ATTACKS: readonly Attack[] = [
  attack(
    'import a key of others, which tags it, then delete it',
    ...importOf('AWS::KMS::Key'),
    onKey(service, 'kms:TagResource', TAGGING),
    onKey(service, 'kms:ScheduleKeyDeletion', TAGGED),
  ),
  attack(
    'tag a key of others first, then delete it',
    ...TEMPLATE,
    onKey(service, 'kms:TagResource', { ...TAGGING, ...KEY_OF_OTHERS }),
    onKey(service, 'kms:ScheduleKeyDeletion', { ...TAGGED, ...KEY_OF_OTHERS }),
  ),
  attack(
    'tag a key of others first, then write its policy',
    ...TEMPLATE,
    onKey(service, 'kms:TagResource', { ...TAGGING, ...KEY_OF_OTHERS }),
    onKey(service, 'kms:PutKeyPolicy', { ...TAGGED, ...KEY_OF_OTHERS }),
  ),
  attack(
    'write the policy of a key without an alias',
    ...TEMPLATE,
    onKey(service, 'kms:PutKeyPolicy', TAGGED),
  ),
  attack(
    'grant oneself the use of a key',
    ...TEMPLATE,
    onKey(service, 'kms:CreateGrant', { 'kms:GrantIsForAWSResource': 'false' }),
  ),
  attack('made role: decrypt with a key of others', ...MADE_ROLE, onKey(made, 'kms:Decrypt')),
  onOthersBucket("plant code in another team's part of the staging bucket", (bucket) => [
    deployer('s3:PutObject', `${bucket}/${STAGED}`),
  ]),
  onOthersBucket("read another team's staged objects", (bucket) => [
    deployer('s3:GetObject', `${bucket}/${STAGED}`),
  ]),
  onOthersBucket("delete another team's staged objects", (bucket) => [
    deployer('s3:DeleteObjectVersion', `${bucket}/${STAGED}`),
  ]),
  onOthersBucket("list another team's staged objects", (bucket) => [
    deployer('s3:ListBucketVersions', bucket, {
      's3:prefix': 'team-b-',
    }),
  ]),
  onOthersBucket("write the policy of another team's staging bucket", (bucket) => [
    deployer('s3:PutBucketPolicy', bucket),
  ]),
  onOthersBucket("make a function of another team's code", (bucket) => [
    ...TEMPLATE,
    service('s3:GetObject', `${bucket}/${STAGED}`),
  ]),
  attack(
    "plant code for another team's environment in one's own bucket",
    deployer(
      's3:PutObject',
      'arn:aws:s3:::eks-multus-123456789012-ap-northeast-2/team-b-lab/1/attach-enis.zip',
    ),
  ),
  attack('read a bucket of others', deployer('s3:GetObject', 'arn:aws:s3:::payments/invoices.csv')),
  attack(
    'made role: read a bucket of others',
    ...MADE_ROLE,
    made('s3:GetObject', 'arn:aws:s3:::payments/invoices.csv'),
  ),
  attack('read a parameter of others', deployer('ssm:GetParameters', PARAMETER)),
  attack('write a parameter of others', deployer('ssm:PutParameter', PARAMETER)),
  attack(
    'write a parameter of others by a template',
    ...TEMPLATE,
    service('ssm:PutParameter', PARAMETER),
  ),
  attack(
    'delete a parameter of others by a template',
    ...TEMPLATE,
    service('ssm:DeleteParameter', PARAMETER),
  ),
  attack(
    "write what another team's stacks read of its environment",
    ...TEMPLATE,
    service('ssm:PutParameter', arn('ssm', 'parameter/eks-multus/team-b-lab/vpc-id')),
  ),
  attack(
    'write a parameter below a folder whose name begins like that of the outputs',
    ...TEMPLATE,
    service('ssm:PutParameter', arn('ssm', 'parameter/eks-multus-lab/vpc-id')),
  ),
  attack(
    'node: read a parameter of others with the credentials from IMDS',
    ...MADE_ROLE,
    made('ssm:GetParameter', PARAMETER),
  ),
  attack(
    'made role: run a command on an instance of others',
    ...MADE_ROLE,
    made('ssm:SendCommand', arn('ec2', 'instance/i-payments')),
  ),
  attack(
    'made role: open a session on an instance of others',
    ...MADE_ROLE,
    made('ssm:StartSession', arn('ec2', 'instance/i-payments')),
  ),
  attack('made role: read a secret', ...MADE_ROLE, made('secretsmanager:GetSecretValue', SECRET)),
  attack('read a log of others', deployer('logs:FilterLogEvents', LOGS)),
  attack('delete a log of others', deployer('logs:DeleteLogGroup', LOGS)),
  attack('delete a log of others by a template', ...TEMPLATE, service('logs:DeleteLogGroup', LOGS)),
  attack(
    'made role: write into a log of others',
    ...MADE_ROLE,
    made('logs:PutLogEvents', `${LOGS}:log-stream:1`),
  ),
  attack(
    "made role: take on a pod's identity in a cluster of others",
    ...MADE_ROLE,
    made('eks-auth:AssumeRoleForPodIdentity', arn('eks', 'cluster/payments')),
  ),
];
