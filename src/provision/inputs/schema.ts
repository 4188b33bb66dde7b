import { z } from 'zod';
import { bucketField } from '../../aws/bucket-field.ts';
import {
  credentialFields,
  PRINCIPAL_ARN,
  PRINCIPAL_ARN_ALLOWED,
  ROLE_ARN,
  ROLE_ARN_ALLOWED,
} from '../../aws/credential-fields.ts';
import { parseCidr } from '../../core/ip.ts';
import { configField } from '../../github/config-file.ts';
import {
  flag,
  inFileAs,
  list,
  listForm,
  oneOf,
  text,
  wholeNumber,
  yaml,
} from '../../github/inputs.ts';
import { probeImageField } from '../../images/image-fields.ts';
import { imageRegistryField } from '../../images/registry-field.ts';
import { parseSelector, SELECTOR_ALLOWED, type SubnetSelector } from '../../vpc/subnet-selector.ts';
import { laterFields } from '../choices/later-inputs.ts';
import { nodeGroupsField } from '../node-groups.ts';
import { windowField } from '../renew/maintenance-window.ts';

/** The word that stands for nothing, where an empty input means its default. */
export const NONE = 'none';
/** The word for Multus networks with IPv6 beside IPv4, in the input and in the parameter of the templates. */
export const DUAL_STACK = 'dual-stack';
const LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];
const LOGS_ALLOWED = `none, or some of ${LOGS.join(', ')}`;
const CIDRS_ALLOWED = 'none, or at most 40 IPv4 networks such as 203.0.113.0/24';
/** The most that EKS accepts: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html */
const MOST_CIDRS = 40;

/** A list, or the word `none` for an empty one: an empty input means its default. */
function noneOr(isAllowed: (item: string) => boolean, allowed: string, most: number) {
  const field = list(z.string().refine((item) => item === NONE || isAllowed(item), allowed))
    .refine((items) => items.length > 0 && items.length <= most, allowed)
    .refine((items) => new Set(items).size === items.length, `${allowed}, each once`)
    .refine((items) => items.length === 1 || !items.includes(NONE), allowed)
    .transform((items) => items.filter((item) => item !== NONE));
  return inFileAs(field, listForm());
}

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

/** A text that selects subnets, as what it selects. */
function selector(text: string): SubnetSelector {
  return parseSelector(text) ?? { id: text };
}

const selectorText = z
  .string({ error: SELECTOR_ALLOWED })
  .refine((text) => parseSelector(text) !== undefined, SELECTOR_ALLOWED);

function subnetsField() {
  const field = list(selectorText).transform((texts) => texts.map(selector));
  return inFileAs(field, listForm());
}

const ROUTES = 'YAML such as [{ destination: 10.20.0.0/16, target: pcx-0123456789abcdef0 }]';
const routesShape = z.array(
  z.strictObject(
    { destination: z.string({ error: ROUTES }), target: z.string({ error: ROUTES }) },
    { error: ROUTES },
  ),
  { error: ROUTES },
);

const MULTUS_SUBNETS =
  'YAML such as [[net1 in a, net1 in b], []]: for each network its subnets, or none where subnet-cidrs has its ranges';
const multusSubnetsShape = z.array(z.array(selectorText, { error: MULTUS_SUBNETS }), {
  error: MULTUS_SUBNETS,
});

function multusSubnetsField() {
  const field = yaml(multusSubnetsShape, MULTUS_SUBNETS).transform((networks) =>
    networks.map((texts) => texts.map(selector)),
  );
  return inFileAs(field, multusSubnetsShape);
}

const DOLLARS = 'US dollars such as 0.5, from 0.001 to 10000';

/** An amount of US dollars. */
function dollarsField() {
  const field = z
    .string({ error: DOLLARS })
    .regex(/^\d{1,5}(\.\d{1,6})?$/, DOLLARS)
    .transform(Number)
    .refine((amount) => amount >= 0.001 && amount <= 10_000, DOLLARS);
  return inFileAs(field, z.number().min(0.001).max(10_000));
}

/** What a time must be. */
export const TIME = 'a time in UTC such as 2026-11-30T12:00:00Z';

/** A time, as milliseconds since 1970. */
function timeField() {
  const field = z
    .string({ error: TIME })
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/, TIME)
    .transform((written) => Date.parse(written))
    .refine((time) => !Number.isNaN(time), TIME);
  return inFileAs(field, z.string());
}

const NAME = /^[a-z][a-z0-9-]{0,37}[a-z0-9]$/;
const NAME_ALLOWED =
  'lower-case letters, digits and - (2 to 39 characters, first a letter, last no -)';

const BOUNDARY = /^none$|^arn:[a-z-]+:iam::\d{12}:policy\/[\w+=,.@/-]+$/;
const BOUNDARY_ALLOWED =
  'the ARN of an IAM policy, such as arn:aws:iam::111122223333:policy/eks-multus-cloudformation-boundary, or none';
const LOGICAL_ID = /^[A-Za-z0-9]{1,255}$/;
const LOGICAL_ID_ALLOWED =
  'logical ids of resources, as the refusal of a deploy names them, such as PrivateSubnet1,Cluster';

/**
 * At most ten of SSM's fifteen levels, so that all names fit, and none that AWS keeps for itself:
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */
const PARAMETER_PREFIX = /^(?=.{2,200}$)(?!\/(aws|ssm))(\/[\w.-]+){1,10}$/i;
const PARAMETER_PREFIX_ALLOWED =
  'what names of SSM parameters begin with, such as /platform/multus: at most ten words of letters, digits, _, . and -, the first not with aws or ssm';

const INSIGHT_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const INSIGHT_ID_ALLOWED =
  'ids of upgrade insights of EKS, as the refusal of an upgrade names them, such as 123e4567-e89b-42d3-a456-579642341238';

/** The inputs of the action, by their names in `action.yml`. */
export const inputSchema = z.object({
  command: oneOf([
    'check',
    'plan',
    'deploy',
    'destroy',
    'renew',
    'extend',
    'sleep',
    'wake',
  ]).default('deploy'),
  environment: text(NAME, NAME_ALLOWED),
  'base-environment': text(NAME, NAME_ALLOWED).optional(),
  ...credentialFields,
  'existing-cluster': text(
    /^[0-9A-Za-z][\w-]{0,99}$/,
    'the name of an EKS cluster: letters, digits, - and _, at most 100 characters',
  ).optional(),
  'vpc-id': text(
    /^vpc-([\da-f]{8}|[\da-f]{17})$/,
    'the id of a VPC, such as vpc-0123456789abcdef0',
  ).optional(),
  'private-subnets': subnetsField().default([]),
  'multus-subnets': multusSubnetsField().optional(),
  'vpc-cidr': z.string().optional(),
  'multus-cidr': z.string().optional(),
  'multus-ip-family': oneOf(['ipv4', DUAL_STACK]).default('ipv4'),
  'multus-routes': yaml(routesShape, ROUTES).optional(),
  'availability-zones': list().default([]),
  'multus-networks': wholeNumber(1, 4).optional(),
  'subnet-cidrs': yaml(subnetsSchema, SUBNETS).optional(),
  'kubernetes-version': inFileAs(
    text(/^1\.(2[4-9]|[3-9]\d)$/, 'a Kubernetes version that EKS has, such as 1.34'),
    z.union([z.string(), z.number()]),
  ).optional(),
  'accept-insights': list(text(INSIGHT_ID, INSIGHT_ID_ALLOWED)).default([]),
  'nat-gateways': oneOf(['one', 'per-az', NONE]).optional(),
  internet: oneOf(['any', NONE]).default('any'),
  'secrets-encryption': flag().default(true),
  'endpoint-public-access-cidrs': noneOr(
    (cidr) => parseCidr(cidr) !== undefined,
    CIDRS_ALLOWED,
    MOST_CIDRS,
  ).optional(),
  'control-plane-logs': noneOr((log) => LOGS.includes(log), LOGS_ALLOWED, LOGS.length).default([
    'api',
    'audit',
    'authenticator',
  ]),
  'node-groups': nodeGroupsField().optional(),
  'key-name': text(/^[\x21-\x7e]{1,255}$/, 'the name of an EC2 key pair').optional(),
  'session-manager': flag().default(false),
  'vpc-cni-rights': oneOf(['pod-identity', 'node-role']).default('pod-identity'),
  authentication: oneOf(['access-entries', 'aws-auth', 'both']).optional(),
  'admin-role-arns': list(text(PRINCIPAL_ARN, PRINCIPAL_ARN_ALLOWED)).default([]),
  'staging-bucket': bucketField(),
  'on-failure': oneOf(['rollback', 'keep', 'delete']).default('rollback'),
  'allow-replacement': list(text(LOGICAL_ID, LOGICAL_ID_ALLOWED)).default([]),
  'revert-drift': flag().default(false),
  'termination-protection': flag().optional(),
  'cloudformation-role-arn': text(ROLE_ARN, ROLE_ARN_ALLOWED).optional(),
  'permissions-boundary-arn': text(BOUNDARY, BOUNDARY_ALLOWED).optional(),
  rollout: oneOf(['auto', 'never', 'now']).default('auto'),
  'max-surge': wholeNumber(0, 100).default(1),
  'max-unavailable': wholeNumber(0, 100).default(0),
  'drain-timeout': wholeNumber(1, 1440).default(15),
  'probe-image': probeImageField(),
  'image-registry': imageRegistryField(),
  window: windowField().optional(),
  'ttl-hours': wholeNumber(0, 8760).optional(),
  'expiry-guard': flag().default(false),
  'expires-at': timeField().optional(),
  'max-price-per-hour': dollarsField().optional(),
  'outputs-parameter-prefix': text(PARAMETER_PREFIX, PARAMETER_PREFIX_ALLOWED).optional(),
  'timeout-minutes': wholeNumber(1, 1440).default(60),
  'github-environment': text(/^[^\0]{1,255}$/, 'the name of a GitHub environment').optional(),
  'github-token': text(/^\S+$/, 'a token without spaces').optional(),
  ...laterFields,
  ...configField,
});

/** The inputs as their fields read them. */
export type Raw = z.output<typeof inputSchema>;
