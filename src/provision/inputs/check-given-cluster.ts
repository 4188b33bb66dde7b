import type { ParsedInputs } from '../../github/inputs.ts';
import { inputSchema, type Raw } from './schema.ts';

/** What the owner of a cluster decides, and so no input of an environment on it. */
const OF_ITS_OWNER = [
  'kubernetes-version',
  'accept-insights',
  'secrets-encryption',
  'endpoint-public-access-cidrs',
  'control-plane-logs',
  'admin-role-arns',
  'vpc-cni-rights',
] as const;

const NAMES = [
  'existing-cluster',
  'environment',
  'base-environment',
  'vpc-id',
  ...OF_ITS_OWNER,
] as const;

type Inputs = Pick<Raw, (typeof NAMES)[number]>;

/** Refuses inputs that contradict a cluster that others made, before anything is asked. */
export function checkGivenCluster(parsed: ParsedInputs<Raw>): void {
  parsed.check(NAMES, (inputs) =>
    inputs['existing-cluster'] === undefined ? [] : [...mixtures(inputs), ...ofItsOwner(inputs)],
  );
}

function mixtures(inputs: Inputs) {
  const wrong: readonly (readonly [input: keyof Inputs, isWrong: boolean, allowed: string])[] = [
    [
      'existing-cluster',
      inputs['base-environment'] !== undefined,
      'nothing with base-environment, whose cluster the environment uses',
    ],
    [
      'existing-cluster',
      inputs['existing-cluster'] === inputs.environment,
      'another name than that of the environment: the cluster belongs to others, the environment is yours',
    ],
    [
      'vpc-id',
      inputs['vpc-id'] !== undefined,
      'nothing with existing-cluster: the cluster is in its VPC',
    ],
  ];
  return wrong.filter(([, isWrong]) => isWrong).map(([input, , allowed]) => ({ input, allowed }));
}

/** A default asks for nothing, so it contradicts nothing. */
function ofItsOwner(inputs: Inputs) {
  return OF_ITS_OWNER.filter((input) => {
    const byDefault = inputSchema.shape[input].parse(undefined);
    return String(inputs[input]) !== String(byDefault);
  }).map((input) => ({
    input,
    allowed: 'nothing with existing-cluster: the owner of the cluster decides it',
  }));
}
