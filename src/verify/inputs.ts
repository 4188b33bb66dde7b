import { z } from 'zod';
import { type RoleChoice, roleRequest } from '../aws/credential-fields.ts';
import type { Limits, SampleLimits } from '../connectivity/evaluate/evidence.ts';
import type { Expectation } from '../connectivity/evaluate/pairs.ts';
import {
  CHECK_WORDS,
  type ChosenChecks,
  selectChecks,
} from '../connectivity/evaluate/select-checks.ts';
import type { Target } from '../connectivity/evaluate/targets.ts';
import { expectField, networkPattern } from '../connectivity/expect-field.ts';
import { LAYOUTS, type Layout } from '../connectivity/layout.ts';
import type { NetworkName } from '../connectivity/probe/find-networks.ts';
import type { NodeChoice } from '../connectivity/probe/placement.ts';
import { PROTOCOLS, type Transport, transportsOf } from '../connectivity/protocol.ts';
import { targetsField } from '../connectivity/targets-field.ts';
import { InputError, type InputProblem } from '../core/errors.ts';
import { asleepProblems } from '../environment/asleep.ts';
import type { Environment } from '../environment/environment.ts';
import { ENVIRONMENT_LABEL } from '../environment/shared-cluster.ts';
import { parseTaint } from '../environment/taints.ts';
import { configField } from '../github/config-file.ts';
import {
  flag,
  type InputSource,
  list,
  oneOf,
  readInputs,
  text,
  wholeNumber,
} from '../github/inputs.ts';
import { mirrored } from '../images/catalog.ts';
import { probeImageField, toolsImageField } from '../images/image-fields.ts';
import { imageRegistryField } from '../images/registry-field.ts';
import {
  type ClusterTarget,
  clusterTarget,
  connectionFields,
} from '../kubernetes/connection-inputs.ts';
import { DNS_LABEL, namespaceField } from '../kubernetes/namespace-field.ts';

const NETWORK = new RegExp(`^(${DNS_LABEL}/)?${DNS_LABEL}(\\.${DNS_LABEL})*$`);
const LABEL_PAIR = /^[A-Za-z0-9][\w./-]{0,316}=[\w.-]{0,63}$/;

/** The inputs of the action, by their names in `action.yml`. */
export const inputSchema = z.object({
  ...connectionFields,
  networks: list(
    text(NETWORK, 'names of NetworkAttachmentDefinitions, each as name or namespace/name'),
  ).optional(),
  'exclude-networks': list(networkPattern()).default([]),
  layout: oneOf(LAYOUTS).optional(),
  'node-selector': list(text(LABEL_PAIR, 'labels as key=value, comma or line separated')).default(
    [],
  ),
  'max-nodes': wholeNumber(1, 500).default(10),
  'pods-per-node': wholeNumber(1, 20).default(2),
  'max-pairs': wholeNumber(1, 200_000).default(5000),
  'pod-namespace': oneOf(['shared', 'per-run']).optional(),
  retries: wholeNumber(0, 10).default(1),
  'max-loss-percent': wholeNumber(0, 100).default(0),
  'max-latency-ms': wholeNumber(1, 60_000).optional(),
  expect: expectField().default([]),
  protocols: list(oneOf(PROTOCOLS)).default(['icmp']),
  targets: targetsField().default([]),
  samples: list(networkPattern()).default([]),
  'max-jitter-ms': wholeNumber(1, 60_000).optional(),
  'min-throughput-mbps': wholeNumber(1, 1_000_000).optional(),
  checks: list(checkWord()).optional(),
  'skip-checks': list(checkWord()).default([]),
  'warn-only': flag().default(false),
  namespace: namespaceField().optional(),
  image: probeImageField(),
  'tools-image': toolsImageField(),
  'image-registry': imageRegistryField(),
  'image-pull-policy': oneOf(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'),
  placement: oneOf(['same-node', 'any']).default('same-node'),
  keep: flag().default(false),
  'timeout-minutes': wholeNumber(1, 120).default(10),
  'report-directory': text(/^[^\0]{1,1024}$/, 'the path of a folder').default('multus-report'),
  'compare-with': text(/^[^\0]{1,1024}$/, 'the path of an earlier report.json').optional(),
  ...configField,
});

/** A name of a check, or a tag of several. */
function checkWord() {
  const allowed = 'names or tags of checks, as in the table of checks (docs/checks.md)';
  return z.string({ error: allowed }).refine((word) => CHECK_WORDS.has(word), allowed);
}

/** Inputs that only the layout `matrix` uses. */
export interface MatrixInputs {
  readonly nodes: NodeChoice;
  readonly maxNodes: number;
  readonly podsPerNode: number;
  readonly maxPairs: number;
  readonly limits: Limits;
}

export interface VerifyInputs {
  readonly target: ClusterTarget;
  readonly role: RoleChoice;
  /** Undefined: all networks that configure-multus made. */
  readonly networks: readonly NetworkName[] | undefined;
  /** Patterns of names. */
  readonly excludedNetworks: readonly string[];
  /** Undefined: lab where the networks fit it, else matrix. */
  readonly layout: Layout | undefined;
  readonly matrix: MatrixInputs;
  /** Whether the pods are in the namespace of their networks or in one of the run; undefined for what the layout needs. */
  readonly podNamespace: 'shared' | 'per-run' | undefined;
  readonly retries: number;
  readonly expectations: readonly Expectation[];
  /** The protocols besides ICMP. */
  readonly transports: readonly Transport[];
  readonly targets: readonly Target[];
  readonly sampling: SampleLimits;
  readonly chosen: ChosenChecks;
  /** A failed check is a warning and the step succeeds. */
  readonly warnOnly: boolean;
  readonly namespace: string;
  /** The environment's nodes: those with its label on a shared cluster, or all but those of guests on its own. */
  readonly ownNodes: NodeChoice;
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly placement: 'same-node' | 'any';
  readonly keep: boolean;
  readonly timeoutMs: number;
  readonly reportDirectory: string;
  /** The path of the report to compare with. */
  readonly compareWith: string | undefined;
}

/**
 * Reads and checks all inputs of the action.
 *
 * @throws InputError that names every bad input.
 */
export function readVerifyInputs(
  ambientRegion: string | undefined,
  source?: InputSource,
): VerifyInputs {
  const inputs = readInputs(inputSchema, source, { notInFile: ['networks'] });
  const target = clusterTarget(inputs, ambientRegion);
  const { shared } = inputs.environment ?? {};
  const ownNodes = nodesOf(inputs.environment);
  const namespace = inputs.namespace ?? shared?.namespace ?? 'default';
  const networks = inputs.networks?.map(networkName);
  const transports = transportsOf(inputs.protocols);
  const needsTools =
    transports.length + inputs.samples.length > 0 ||
    inputs.targets.some(({ protocol }) => protocol !== 'icmp');
  const problems = [
    ...('address' in target ? [] : target),
    ...asleepProblems(inputs.environment),
    ...(inputs.layout === 'lab' ? networkProblems(inputs.networks, namespace) : []),
  ];
  if (problems.length > 0 || !('address' in target)) throw new InputError(problems);
  return {
    target,
    role: roleRequest(inputs),
    networks,
    excludedNetworks: inputs['exclude-networks'],
    layout: inputs.layout,
    matrix: matrixInputs(inputs, ownNodes),
    ownNodes,
    podNamespace: inputs['pod-namespace'],
    retries: inputs.retries,
    expectations: inputs.expect,
    transports,
    targets: inputs.targets,
    sampling: samplingOf(inputs),
    chosen: selectChecks(inputs.checks, inputs['skip-checks']),
    warnOnly: inputs['warn-only'],
    namespace,
    image: mirrored(needsTools ? inputs['tools-image'] : inputs.image, inputs['image-registry']),
    imagePullPolicy: inputs['image-pull-policy'],
    placement: inputs.placement,
    keep: inputs.keep,
    timeoutMs: inputs['timeout-minutes'] * 60_000,
    reportDirectory: inputs['report-directory'],
    compareWith: inputs['compare-with'],
  };
}

function samplingOf(inputs: z.output<typeof inputSchema>): SampleLimits {
  const { samples, 'max-jitter-ms': jitter, 'min-throughput-mbps': throughput } = inputs;
  return {
    networks: samples,
    ...(jitter === undefined ? {} : { jitterMilliseconds: jitter }),
    ...(throughput === undefined ? {} : { megabitsPerSecond: throughput }),
  };
}

function nodesOf(environment: Environment | undefined): NodeChoice {
  if (environment === undefined) return { labels: {} };
  const { cluster, name, nodeGroups, shared } = environment;
  const tolerated = nodeGroups
    .flatMap(({ taints = [] }) => taints)
    .flatMap((text) => parseTaint(text) ?? []);
  return {
    ...(shared === undefined && cluster.existing !== true
      ? { labels: {}, host: name }
      : { labels: { [ENVIRONMENT_LABEL]: name } }),
    ...(tolerated.length === 0 ? {} : { tolerated }),
  };
}

function matrixInputs(inputs: z.output<typeof inputSchema>, ownNodes: NodeChoice): MatrixInputs {
  const slowest = inputs['max-latency-ms'];
  const asked = inputs['node-selector'].map((pair) => pair.split('=', 2) as [string, string]);
  return {
    nodes: { ...ownNodes, labels: { ...Object.fromEntries(asked), ...ownNodes.labels } },
    maxNodes: inputs['max-nodes'],
    podsPerNode: inputs['pods-per-node'],
    maxPairs: inputs['max-pairs'],
    limits: {
      lossPercent: inputs['max-loss-percent'],
      ...(slowest === undefined ? {} : { averageMilliseconds: slowest }),
    },
  };
}

function networkName(text: string): NetworkName {
  const [first = '', second] = text.split('/');
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** The layout lab needs two different networks. */
function networkProblems(names: readonly string[] | undefined, namespace: string): InputProblem[] {
  if (names === undefined) return [];
  const full = names.map((name) => (name.includes('/') ? name : `${namespace}/${name}`));
  if (names.length === 2 && new Set(full).size === 2) return [];
  const allowed = 'exactly two different networks for the layout lab, or nothing';
  return [{ input: 'networks', value: names.join(','), allowed }];
}
