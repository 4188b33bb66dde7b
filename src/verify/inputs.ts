import { z } from 'zod';
import { type RoleChoice, roleRequest } from '../aws/credential-fields.ts';
import type { NetworkName } from '../connectivity/find-networks.ts';
import { InputError, type InputProblem } from '../github/errors.ts';
import {
  flag,
  type InputSource,
  list,
  oneOf,
  readInputs,
  text,
  wholeNumber,
} from '../github/inputs.ts';
import {
  type ClusterTarget,
  clusterTarget,
  connectionFields,
} from '../kubernetes/connection-inputs.ts';

export const LAYOUTS = ['lab'] as const;

const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
const NETWORK = new RegExp(`^(${LABEL}/)?${LABEL}(\\.${LABEL})*$`);
const IMAGE =
  /^[a-z0-9][\w.-]*(:\d+)?(\/[a-z0-9][\w.-]*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

/** The inputs of the action, by their names in `action.yml`. */
export const inputSchema = z.object({
  ...connectionFields,
  networks: list(
    text(NETWORK, 'names of NetworkAttachmentDefinitions, each as name or namespace/name'),
  ).optional(),
  layout: oneOf(LAYOUTS).default('lab'),
  namespace: text(
    new RegExp(`^${LABEL}$`),
    'the name of a namespace: lower-case letters, digits and -, at most 63 characters',
  ).default('default'),
  image: text(
    IMAGE,
    'an image reference such as public.ecr.aws/docker/library/busybox:1.37',
  ).default('public.ecr.aws/docker/library/busybox:1.37'),
  'image-pull-policy': oneOf(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'),
  placement: oneOf(['same-node', 'any']).default('same-node'),
  keep: flag().default(false),
  'timeout-minutes': wholeNumber(1, 120).default(10),
  'report-directory': text(/^[^\0]{1,1024}$/, 'the path of a folder').default('multus-report'),
});

export interface VerifyInputs {
  readonly target: ClusterTarget;
  readonly role: RoleChoice;
  /** Undefined: all networks that configure-multus made. */
  readonly networks: readonly NetworkName[] | undefined;
  readonly layout: (typeof LAYOUTS)[number];
  readonly namespace: string;
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly placement: 'same-node' | 'any';
  readonly keep: boolean;
  readonly timeoutMs: number;
  readonly reportDirectory: string;
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
  const inputs = readInputs(inputSchema, source);
  const target = clusterTarget(inputs, ambientRegion);
  const networks = inputs.networks?.map(networkName);
  const problems = [
    ...('address' in target ? [] : target),
    ...networkProblems(inputs.networks, inputs.namespace),
  ];
  if (problems.length > 0 || !('address' in target)) throw new InputError(problems);
  return {
    target,
    role: roleRequest(inputs),
    networks,
    layout: inputs.layout,
    namespace: inputs.namespace,
    image: inputs.image,
    imagePullPolicy: inputs['image-pull-policy'],
    placement: inputs.placement,
    keep: inputs.keep,
    timeoutMs: inputs['timeout-minutes'] * 60_000,
    reportDirectory: inputs['report-directory'],
  };
}

function networkName(text: string): NetworkName {
  const [first = '', second] = text.split('/');
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** The lab has two networks, and they must differ. */
function networkProblems(names: readonly string[] | undefined, namespace: string): InputProblem[] {
  if (names === undefined) return [];
  const full = names.map((name) => (name.includes('/') ? name : `${namespace}/${name}`));
  if (names.length === 2 && new Set(full).size === 2) return [];
  const allowed = 'exactly two different networks for the layout lab, or nothing';
  return [{ input: 'networks', value: names.join(','), allowed }];
}
