import { z } from 'zod';
import { credentialFields, ROLE_ARN, ROLE_ARN_ALLOWED } from '../aws/credential-fields.ts';
import { parseCidr } from '../core/ip.ts';
import { flag, list, oneOf, text, wholeNumber, yaml } from '../github/inputs.ts';

const SHAPE =
  'a YAML list such as [{ name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: 3 }]';

function whole(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.number({ error }).int(error).min(min, error).max(max, error);
}

/** One node group as people write it; what is left out is as in the lab. */
const nodeGroupSchema = z
  .strictObject(
    {
      name: z
        .string({ error: 'a name' })
        .regex(
          /^[a-z0-9][a-z0-9-]{0,19}$/,
          'lower-case letters, digits and -, at most 20 characters',
        ),
      zone: z.string({ error: 'one of availability-zones' }),
      min: whole(0, 1000).default(1),
      desired: whole(0, 1000).default(2),
      max: whole(1, 1000).default(3),
      'instance-type': z
        .string({ error: 'an instance type' })
        .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an instance type such as m5.xlarge')
        .default('m5.xlarge'),
      'volume-size': whole(20, 16_384).default(50),
      'prefixes-per-interface': whole(0, 14).default(1),
      'pods-wait-for-multus': z.boolean({ error: 'true or false' }).default(true),
      'startup-taint': z.boolean({ error: 'true or false' }).default(false),
    },
    { error: (issue) => (issue.code === 'unrecognized_keys' ? knownKeys() : SHAPE) },
  )
  .refine(({ min, desired, max }) => min <= desired && desired <= max, {
    error: 'min ≤ desired ≤ max',
  });

export type NodeGroup = z.output<typeof nodeGroupSchema>;

/** The input `node-groups`. */
export function nodeGroupsField() {
  return yaml(z.array(nodeGroupSchema, { error: SHAPE }).min(1, SHAPE), SHAPE);
}

/** What there is when `node-groups` is not given: the lab's one group, in the first zone. */
export function defaultNodeGroups(zones: readonly string[]): readonly NodeGroup[] {
  return [nodeGroupSchema.parse({ name: 'ng1', zone: zones[0] ?? '' })];
}

function knownKeys(): string {
  return `only the keys ${Object.keys(nodeGroupSchema.shape).join(', ')}`;
}

const NONE = 'none';
const LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];
const LOGS_ALLOWED = `none, or some of ${LOGS.join(', ')}`;
const CIDRS_ALLOWED = 'none, or at most 40 IPv4 networks such as 203.0.113.0/24';
/** EKS takes no more: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html */
const MOST_CIDRS = 40;

/** The inputs that shape the cluster itself, beside its version. */
export const clusterFields = {
  'nat-gateways': oneOf(['one', 'per-az', NONE]).default('one'),
  'secrets-encryption': flag().default(true),
  'endpoint-public-access-cidrs': noneOr(
    (cidr) => parseCidr(cidr) !== undefined,
    CIDRS_ALLOWED,
    MOST_CIDRS,
  ).default(['0.0.0.0/0']),
  'control-plane-logs': noneOr((log) => LOGS.includes(log), LOGS_ALLOWED, LOGS.length).default([
    'api',
    'audit',
    'authenticator',
  ]),
};

/** A list, or the word `none` for an empty one: an input that is left empty means its default. */
function noneOr(isAllowed: (item: string) => boolean, allowed: string, most: number) {
  return list(z.string().refine((item) => item === NONE || isAllowed(item), allowed))
    .refine((items) => items.length > 0 && items.length <= most, allowed)
    .refine((items) => new Set(items).size === items.length, `${allowed}, each once`)
    .refine((items) => items.length === 1 || !items.includes(NONE), allowed)
    .transform((items) => items.filter((item) => item !== NONE));
}

/** Inputs about how CloudFormation treats the stacks. */
export const stackFields = {
  'on-failure': oneOf(['rollback', 'keep', 'delete']).default('rollback'),
  'termination-protection': flag().optional(),
  'cloudformation-role-arn': text(ROLE_ARN, ROLE_ARN_ALLOWED).optional(),
};

const SUBNETS =
  'YAML such as { public: [a, b], private: [a, b], multus: [[net1 in a, net1 in b], [net2 in a, net2 in b]] }';
const cidrs = z.array(z.string({ error: SUBNETS }), { error: SUBNETS }).optional();
const subnetsSchema = z.strictObject(
  {
    public: cidrs,
    private: cidrs,
    multus: z
      .array(z.array(z.string({ error: SUBNETS }), { error: SUBNETS }), { error: SUBNETS })
      .optional(),
  },
  { error: SUBNETS },
);

const NAME = /^[a-z][a-z0-9-]{0,37}[a-z0-9]$/;
const NAME_ALLOWED =
  'lower-case letters, digits and - (2 to 39 characters, first a letter, last no -)';

/** Each input by itself; the names are those of `action.yml`. */
export const inputSchema = z.object({
  command: oneOf(['plan', 'deploy', 'destroy']).default('deploy'),
  environment: text(NAME, NAME_ALLOWED),
  'base-environment': text(NAME, NAME_ALLOWED).optional(),
  ...credentialFields,
  'vpc-cidr': z.string().default('10.0.0.0/16'),
  'availability-zones': list().optional(),
  'multus-networks': wholeNumber(1, 4).optional(),
  'subnet-cidrs': yaml(subnetsSchema, SUBNETS).optional(),
  'kubernetes-version': text(
    /^1\.(2[4-9]|[3-9]\d)$/,
    'a Kubernetes version that EKS has, such as 1.34',
  ).optional(),
  ...clusterFields,
  'node-groups': nodeGroupsField().optional(),
  'key-name': text(/^[\x21-\x7e]{1,255}$/, 'the name of an EC2 key pair').optional(),
  authentication: oneOf(['access-entries', 'aws-auth', 'both']).default('access-entries'),
  'admin-role-arns': list(text(ROLE_ARN, ROLE_ARN_ALLOWED)).default([]),
  'staging-bucket': text(
    /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    'a bucket name of 3 to 63 lower-case letters, digits and -',
  ).optional(),
  ...stackFields,
  'ttl-hours': wholeNumber(0, 8760).optional(),
  'timeout-minutes': wholeNumber(1, 1440).default(60),
});

export type ProvisionFields = z.output<typeof inputSchema>;
