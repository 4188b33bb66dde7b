import type { DeployedStack } from '../../cloudformation/deploy-stack.ts';
import type { Stack, StackSpec } from '../../cloudformation/stack-api.ts';
import { alongside } from '../../core/in-parallel.ts';
import { believedAmong } from '../../environment/believed-stacks.ts';
import { isOutputs, outputsNameOf } from '../../environment/outputs-stack.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import { readTemplate } from '../pack.ts';
import { deleteStacks } from '../remove-stack.ts';
import type { Session } from '../session.ts';
import { commonSpec } from '../stack-parameters.ts';
import { outputsParameters, sharedValues } from './shared-values.ts';

const TEMPLATE = 'outputs.yaml';

type DeployOne = (spec: StackSpec, seen: Stack | undefined) => Promise<DeployedStack>;

/** What the SSM parameters are made from. */
interface Made {
  /** All stacks of the account and region. */
  readonly all: readonly Stack[];
  readonly network: NetworkPlan;
  /** The outputs of the infra stack. */
  readonly infra: Readonly<Record<string, string>>;
}

/**
 * The stack with the SSM parameters; undefined when the inputs ask for none. It is a stack of its own, because the infra
 * stack's template has no room for so many resources.
 */
export async function outputsSpec(
  session: Session,
  network: NetworkPlan,
  infra: Made['infra'],
): Promise<StackSpec | undefined> {
  const { inputs, packFile } = session;
  if (inputs.outputsPrefix === undefined) return undefined;
  const parameters = {
    Prefix: inputs.outputsPrefix,
    EnvironmentName: inputs.environment,
    ...outputsParameters(sharedValues(inputs, network, infra)),
  };
  const template = await readTemplate(packFile, TEMPLATE);
  return commonSpec(session, outputsNameOf(inputs.environment), template, parameters);
}

/**
 * Writes the SSM parameters while `work` goes on, or removes those that the inputs no longer ask for.
 *
 * @throws what `work` throws, and CloudError when a parameter cannot be written, such as one that somebody else has made.
 */
export async function withOutputs<R>(
  session: Session,
  made: Made,
  deployOne: DeployOne,
  work: () => Promise<R>,
): Promise<R> {
  return alongside(keepOutputs(session, made, deployOne), work);
}

async function keepOutputs(
  session: Session,
  { all, network, infra }: Made,
  deployOne: DeployOne,
): Promise<void> {
  const { inputs } = session;
  const { roleArn } = inputs.stackOptions;
  const present = believedAmong(all, inputs.environment, roleArn).filter(isOutputs);
  const spec = await outputsSpec(session, network, infra);
  if (spec === undefined) return removeOutputs(session, present);
  await deployOne(
    spec,
    present.find(({ name }) => name === spec.name),
  );
}

/** Deletes the stack with the SSM parameters, and so these. */
export async function removeOutputs(session: Session, stacks: readonly Stack[]): Promise<void> {
  await deleteStacks(session, 'SSM parameters', stacks, TEMPLATE, async () => undefined);
}
