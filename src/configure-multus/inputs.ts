import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type RoleChoice, roleRequest } from '../aws/credential-fields.ts';
import { InputError, type InputProblem } from '../core/errors.ts';
import { asleepProblems } from '../environment/asleep.ts';
import type { Environment } from '../environment/environment.ts';
import { configField } from '../github/config-file.ts';
import {
  flag,
  type InputSource,
  list,
  oneOf,
  readInputs,
  text,
  wholeNumber,
  yaml,
} from '../github/inputs.ts';
import { MULTUS_EXAMPLE, multusImageField, whereaboutsImageField } from '../images/image-fields.ts';
import { imageRegistryField } from '../images/registry-field.ts';
import {
  type ClusterTarget,
  clusterTarget,
  connectionFields,
} from '../kubernetes/connection-inputs.ts';
import { namespaceField } from '../kubernetes/namespace-field.ts';
import { confined } from '../multus/cluster-of-others.ts';
import { chosenMultus, chosenWhereabouts } from '../multus/image.ts';
import { MODES, type MultusChoice } from '../multus/install.ts';
import type { Attachment } from '../networks/attachment.ts';
import {
  type GivenNetworks,
  networkItems,
  outsideProblems,
  type ReadText,
} from '../networks/network-items.ts';
import { asInputProblem, networkListForm, networkSpecsSchema } from '../networks/network-spec.ts';
import { planAttachments } from '../networks/plan-attachments.ts';

const ROLE = 'ARNs of IAM roles, such as arn:aws:iam::111122223333:role/ng1-node';

/** The inputs of the action, by their names in `action.yml`. */
export const inputSchema = z.object({
  ...connectionFields,
  multus: oneOf(['present', 'absent']).default('present'),
  'multus-mode': oneOf(MODES).default('thick'),
  authentication: oneOf(['access-entries', 'aws-auth', 'both']).optional(),
  'node-role-arns': list(text(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, ROLE)).optional(),
  'expected-nodes': wholeNumber(0, 5000).optional(),
  networks: yaml(networkSpecsSchema, 'a YAML list of networks', networkListForm).optional(),
  'networks-files': list().optional(),
  prune: flag().default(false),
  namespace: namespaceField().optional(),
  'multus-image': multusImageField(),
  'whereabouts-image': whereaboutsImageField(),
  'image-registry': imageRegistryField(),
  'timeout-minutes': wholeNumber(1, 360).default(15),
  ...configField,
});

type Raw = z.output<typeof inputSchema>;

export interface ConfigureInputs {
  /** True removes Multus, and with `prune` the networks, and does nothing else. */
  readonly remove: boolean;
  readonly target: ClusterTarget;
  readonly role: RoleChoice;
  /** The node roles to map in aws-auth; undefined leaves aws-auth alone. */
  readonly mapRoleArns: readonly string[] | undefined;
  readonly expectedNodes: number;
  readonly attachments: readonly Attachment[];
  readonly warnings: readonly string[];
  /** The namespaces from which to remove networks that are no longer listed; none without `prune`. */
  readonly pruneIn: readonly string[];
  readonly multus: MultusChoice;
  /** Replaces the image that the manifest names; undefined for that one. */
  readonly whereaboutsImage: string | undefined;
  readonly timeoutMs: number;
}

/**
 * Reads the inputs of the action, and checks them against each other and against the environment.
 *
 * @throws InputError with every problem that can be found without a call to AWS or Kubernetes.
 */
export function parseInputs(
  source?: InputSource,
  ambientRegion: string | undefined = process.env['AWS_REGION'] || undefined,
  readText: ReadText = (path) => readFileSync(path, 'utf8'),
): ConfigureInputs {
  const raw = readInputs(inputSchema, source);
  const target = clusterTarget(raw, ambientRegion);
  const { environment } = raw;
  const region = 'address' in target ? target.region : undefined;
  const remove = raw.multus === 'absent';
  const mode = raw['multus-mode'];
  const requested = remove ? noNetworks(raw) : networkItems(raw, readText);
  const onlyFor = ownerOnGivenCluster(environment);
  const namespace = raw.namespace ?? environment?.shared?.namespace ?? 'default';
  const plan = planAttachments(requested.items, environment, namespace);
  const problems: InputProblem[] = [
    ...('address' in target ? [] : target),
    ...(remove ? [] : asleepProblems(environment)),
    ...requested.problems,
    ...('problems' in plan
      ? plan.problems.map(asInputProblem)
      : sharedProblems(raw, environment, plan.attachments)),
    ...(remove ? [] : checkRoles(raw, environment)),
    ...('address' in target && !remove ? checkImage(raw, region) : []),
  ];
  if (!('address' in target) || 'problems' in plan || problems.length > 0) {
    throw new InputError(problems);
  }
  return {
    remove,
    target,
    role: roleRequest(raw),
    mapRoleArns: usesAwsAuth(raw, environment) ? roleArns(raw, environment) : undefined,
    expectedNodes: raw['expected-nodes'] ?? desiredNodes(environment),
    attachments: plan.attachments.map((one) => ({
      ...one,
      definition: confined(one.definition, onlyFor),
    })),
    warnings: plan.warnings,
    pruneIn: raw.prune ? namespacesOf(namespace, plan.attachments) : [],
    whereaboutsImage: chosenWhereabouts(raw),
    multus: { mode, image: chosenMultus(raw, region), onlyFor },
    timeoutMs: raw['timeout-minutes'] * 60_000,
  };
}

/** The environment that has its own Multus on a cluster of others; undefined on all other clusters. */
function ownerOnGivenCluster(environment: Environment | undefined): string | undefined {
  const { cluster, name, shared } = environment ?? {};
  return cluster?.existing === true && shared === undefined ? name : undefined;
}

/** The default namespace, and those that the networks name. */
function namespacesOf(
  defaultNamespace: string,
  attachments: readonly Attachment[],
): readonly string[] {
  return [...new Set([defaultNamespace, ...attachments.map(({ namespace }) => namespace)])];
}

/** On a shared cluster an environment may only use its own namespace, and may not remove Multus. */
function sharedProblems(
  { multus }: Raw,
  environment: Environment | undefined,
  attachments: readonly Attachment[],
): readonly InputProblem[] {
  const { shared } = environment ?? {};
  if (shared === undefined) return [];
  const removal = {
    input: 'multus',
    value: 'absent',
    allowed: `present: Multus belongs to ${shared.base}, whose cluster this environment shares`,
  };
  return [...(multus === 'absent' ? [removal] : []), ...outsideProblems(attachments, shared)];
}

function usesAwsAuth(raw: Raw, environment: Environment | undefined): boolean {
  return (
    (raw.authentication ?? environment?.authentication ?? 'access-entries') !== 'access-entries'
  );
}

function roleArns(raw: Raw, environment: Environment | undefined): readonly string[] {
  const arns = raw['node-role-arns'] ?? environment?.nodeGroups.map(({ roleArn }) => roleArn) ?? [];
  return [...new Set(arns)];
}

function checkRoles(raw: Raw, environment: Environment | undefined): readonly InputProblem[] {
  const input = 'node-role-arns';
  if (!usesAwsAuth(raw, environment)) {
    const given = raw[input];
    const allowed =
      'nothing with authentication access-entries: the action writes it to aws-auth only';
    return given === undefined ? [] : [{ input, value: given.join(','), allowed }];
  }
  if (roleArns(raw, environment).length > 0) return [];
  return [{ input, value: '', allowed: `${ROLE} (needed to write aws-auth)` }];
}

function checkImage(raw: Raw, region: string | undefined): readonly InputProblem[] {
  if (region !== undefined || raw['multus-image'] !== undefined) return [];
  if (raw['multus-mode'] === 'thin' || raw['image-registry'] !== undefined) return [];
  const allowed = `an image with its registry, such as ${MULTUS_EXAMPLE}; or set aws-region to use the image of EKS in that region`;
  return [{ input: 'multus-image', value: '', allowed }];
}

function desiredNodes(environment: Environment | undefined): number {
  if (environment === undefined) return 1;
  return environment.nodeGroups.reduce((sum, { desired }) => sum + desired, 0);
}

/** The action applies no networks with `multus: absent`, so the inputs may name none. */
export function noNetworks(given: GivenNetworks): ReturnType<typeof networkItems> {
  const allowed =
    'nothing with multus absent; set prune to remove the networks of this action as well';
  const problems = (['networks', 'networks-files'] as const)
    .filter((input) => given[input] !== undefined)
    .map((input) => ({ input, value: `${given[input]?.length} networks`, allowed }));
  return { items: [], problems };
}
