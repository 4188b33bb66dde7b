import type { Stack } from '../../cloudformation/stack-api.ts';
import { believedAmong } from '../../environment/believed-stacks.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { nodeGroupStackName } from '../node-groups.ts';
import { commonName, ENTRY_PARAMETER } from './zone-entry.ts';

/** The groups in zones that their entry no longer lists. */
interface GivenUpZones {
  /** The stacks that a deploy removes, after their pods have left. */
  readonly remove: readonly Stack[];
  /** The stacks that stay, each with the reason. */
  readonly stay: readonly { readonly stack: Stack; readonly why: string }[];
}

type Inputs = Pick<ProvisionInputs, 'environment' | 'nodeGroups' | 'rollout' | 'stackOptions'>;

/**
 * Finds the groups that a deploy removes: those of an entry that still has `zones`, in zones that are not among them any
 * more. The groups of an entry that is gone, or that has no `zones` now, are none of these: they stay, as every group does
 * that `node-groups` no longer lists. Pure.
 *
 * @param all all stacks of the account and region
 */
export function givenUpZones(inputs: Inputs, all: readonly Stack[]): GivenUpZones {
  const { environment, nodeGroups, rollout, stackOptions } = inputs;
  const entries = nodeGroups.map(commonName);
  const listed = nodeGroups.map(({ name }) => nodeGroupStackName(environment, name));
  const stacks = believedAmong(all, environment, stackOptions.roleArn).filter(
    ({ name, parameters }) =>
      !listed.includes(name) && entries.includes(parameters[ENTRY_PARAMETER] || NO_ENTRY),
  );
  const judged = stacks.map((stack) => ({ stack, why: whyItStays(stack, rollout.mode) }));
  return {
    remove: judged.filter(({ why }) => why === undefined).map(({ stack }) => stack),
    stay: judged.flatMap(({ stack, why }) => (why === undefined ? [] : [{ stack, why }])),
  };
}

/** No entry has such a name. */
const NO_ENTRY = '-';

function whyItStays(
  { name, terminationProtection }: Stack,
  mode: ProvisionInputs['rollout']['mode'],
): string | undefined {
  if (mode === 'never') return 'rollout is never';
  if (!terminationProtection) return undefined;
  return `its termination protection is on; aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name} takes it away`;
}

/** `eks-multus-lab-workers-b stays, although workers no longer lists its zone: …`. Pure. */
export function stayText({ stack, why }: GivenUpZones['stay'][number]): string {
  return `${stack.name} stays, although ${stack.parameters[ENTRY_PARAMETER]} no longer lists its zone: ${why}.`;
}
