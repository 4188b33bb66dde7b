import type { DeployedStack } from '../../cloudformation/deploy-stack.ts';
import type { StackEngine } from '../../cloudformation/follow.ts';
import type { Stack } from '../../cloudformation/stack-api.ts';
import { CloudError, InputError, messageOf } from '../../core/errors.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { type NodeGroup, nodeGroupStackName } from '../node-groups.ts';
import { checkPrice } from '../price/check-price.ts';
import { addWarning } from '../report.ts';
import type { Session } from '../session.ts';
import { INSTEAD_OF_SPOT } from './capacity.ts';

/** Deploys a group, with the engine of a session. */
type DeployGroup = (group: NodeGroup, session: Session) => Promise<DeployedStack>;

/**
 * Deploys node groups. When EC2 has no spot capacity for one, deploys it again on demand.
 *
 * An Auto Scaling group never goes over to on demand by itself, but tries again for as long as it takes
 * (buildkite/elastic-ci-stack-for-aws#851, kubernetes/autoscaler#3241).
 */
export class SpotFallback {
  readonly #session: Session;
  readonly #network: NetworkPlan;
  /** The names of the groups that fell back. */
  readonly #fell = new Set<string>();

  constructor(session: Session, network: NetworkPlan) {
    this.#session = session;
    this.#network = network;
  }

  /**
   * @param mayGoOn throws when the group must not be deployed again, because somebody destroys the environment
   * @returns the group as it is now, and its stack.
   * @throws what the deploy throws; CloudError when on-demand instances would cost more than `max-price-per-hour`.
   */
  async deploy(
    group: NodeGroup,
    mayGoOn: () => Promise<void>,
    deploy: DeployGroup,
  ): Promise<{ readonly group: NodeGroup; readonly stack: DeployedStack }> {
    if (group.capacity !== 'spot') return { group, stack: await deploy(group, this.#session) };
    const watch = watchLaunches(this.#session, group);
    try {
      return { group, stack: await deploy(group, watch.session) };
    } catch (error) {
      const reason = await watch.noCapacity(error);
      if (reason === undefined) throw error;
      await mayGoOn();
      const onDemand = { ...group, capacity: INSTEAD_OF_SPOT } as const;
      await this.#checkPrice(group, reason);
      addWarning(
        this.#session,
        `EC2 has no spot capacity for node group ${group.name} (${group.instanceType} in ${group.zone}): ${reason} The group gets on-demand instances instead.`,
      );
      return { group: onDemand, stack: await deploy(onDemand, this.#session) };
    }
  }

  /** Holds the environment with this group on demand to `max-price-per-hour`. */
  async #checkPrice({ name }: NodeGroup, reason: string): Promise<void> {
    this.#fell.add(name);
    const { inputs } = this.#session;
    const nodeGroups = inputs.nodeGroups.map((group) =>
      this.#fell.has(group.name) ? ({ ...group, capacity: INSTEAD_OF_SPOT } as const) : group,
    );
    try {
      await checkPrice({ ...this.#session, inputs: { ...inputs, nodeGroups } }, this.#network);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new CloudError({
        resource: `node group ${name}`,
        reason: `EC2 has no spot capacity: ${reason} With on-demand instances, the environment would cost more: ${messageOf(error)}`,
        nextStep:
          'run the action again later, give the group another instance-type or zone, or raise max-price-per-hour',
      });
    }
  }
}

/** How often the launches of a new group are looked at, in milliseconds. */
const LOOK_EVERY_MS = 15_000;

/**
 * Gives up a new group as soon as EC2 says that it has no spot capacity: CloudFormation would wait for its own timeout.
 * A group that exists is never given up; its update fails by itself.
 */
function watchLaunches(session: Session, group: NodeGroup) {
  const { clock, engine, log, rollout } = session;
  const name = nodeGroupStackName(session.inputs.environment, group.name);
  let found: string | undefined;
  let lookAt = clock.now() + LOOK_EVERY_MS;

  const failure = async () => {
    const message = await rollout.groups.launchFailure(name).catch(() => undefined);
    return message !== undefined && saysNoSpotCapacity(message) ? message : undefined;
  };
  const watch: StackEngine['watch'] = async ({ id }) => {
    if (found !== undefined || clock.now() < lookAt) return;
    lookAt = clock.now() + LOOK_EVERY_MS;
    const reason = await failure();
    if (reason === undefined) return;
    // Whatever was read before: a stack that has worked has nodes, and is never deleted here.
    if ((await engine.api.describe(id))?.status !== 'CREATE_IN_PROGRESS') return;
    found = reason;
    log.info(`${name}  is given up: ${found}`);
    await engine.api.deleteStack(id);
  };
  return {
    session: { ...session, engine: { ...engine, watch } },
    /** Why EC2 launched nothing; undefined when the deploy failed for another reason. */
    async noCapacity(error: unknown): Promise<string | undefined> {
      if (found !== undefined) return found;
      const message = messageOf(error);
      if (saysNoSpotCapacity(message)) return message;
      return failure();
    },
  };
}

/**
 * What EC2 and Auto Scaling write when there is no spot capacity, or no more for this account: cortexlabs/cortex#1258,
 * aws/aws-parallelcluster#1944, buildkite/elastic-ci-stack-for-aws#851, aws-deepracer-community/deepracer-on-the-spot#55.
 */
const NO_CAPACITY =
  /InsufficientInstanceCapacity|UnfulfillableCapacity|MaxSpotInstanceCountExceeded|no Spot capacity|max spot instance count exceeded/i;

/** Whether a failed launch of a spot instance says that on-demand instances may be had where spot ones are not. Pure. */
export function saysNoSpotCapacity(message: string): boolean {
  return NO_CAPACITY.test(message);
}

/**
 * The inputs as the groups stand: one that fell back to on demand stays there while it asks for spot. Otherwise each deploy
 * would begin to replace nodes that run by instances that EC2 may not have. Pure.
 */
export function withFallenBack(inputs: ProvisionInputs, stacks: readonly Stack[]): ProvisionInputs {
  const nodeGroups = inputs.nodeGroups.map((group): NodeGroup => {
    const name = nodeGroupStackName(inputs.environment, group.name);
    const present = stacks.find((stack) => stack.name === name)?.parameters['Capacity'];
    const fell = group.capacity === 'spot' && present === INSTEAD_OF_SPOT;
    return fell ? { ...group, capacity: INSTEAD_OF_SPOT } : group;
  });
  return { ...inputs, nodeGroups };
}
