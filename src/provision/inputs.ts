import { z } from 'zod';
import { credentialFields, ROLE_ARN, ROLE_ARN_ALLOWED } from '../aws/credential-fields.ts';
import {
  type InputSource,
  list,
  oneOf,
  readInputs,
  text,
  wholeNumber,
  yaml,
} from '../github/inputs.ts';
import { checkInputs } from './check-inputs.ts';
import { clusterFields } from './cluster-fields.ts';
import { defaultNodeGroups, nodeGroupsField } from './node-groups.ts';
import { stackFields } from './stack-fields.ts';

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

const checkedSchema = inputSchema.superRefine(
  (inputs, context) => {
    const bad = new Set(context.issues.map((issue) => String(issue.path?.[0])));
    for (const { path, message } of checkInputs(inputs, bad)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  },
  // Also when single fields are wrong, so that a run reports everything at once.
  { when: () => true },
);

export type ProvisionInputs = ReturnType<typeof readProvisionInputs>;

/**
 * The action's inputs.
 *
 * @throws InputError that names everything that is wrong with them.
 */
export function readProvisionInputs(source?: InputSource) {
  const inputs = readInputs(checkedSchema, source);
  const zones = inputs['availability-zones'] ?? [];
  return {
    ...inputs,
    'availability-zones': zones,
    'node-groups': inputs['node-groups'] ?? defaultNodeGroups(zones),
  };
}
