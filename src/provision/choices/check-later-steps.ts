import type { Stack } from '../../cloudformation/stack-api.ts';
import { matchesName } from '../../connectivity/evaluate/pairs.ts';
import { chosenLayout, labMisfit } from '../../connectivity/layout.ts';
import { InputError, type InputProblem } from '../../core/errors.ts';
import type { Environment } from '../../environment/environment.ts';
import { namespaceOf } from '../../environment/shared-cluster.ts';
import { ENVIRONMENT_TAG } from '../../environment/tags.ts';
import type { Attachment } from '../../networks/attachment.ts';
import { outsideProblems } from '../../networks/network-items.ts';
import { asInputProblem } from '../../networks/network-spec.ts';
import { planAttachments } from '../../networks/plan-attachments.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import { nameOf } from '../environment-of.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { addNote, addWarning } from '../report.ts';
import type { Session } from '../session.ts';
import type { LaterInputs } from './later-inputs.ts';

/**
 * Checks, before anything is made, that configure-multus and verify can do what they are asked for: that the networks fit
 * the environment, the layout the networks, and the expectations name networks. Says which layout verify will choose.
 *
 * @param all all stacks of the account and region
 * @throws InputError that names every problem.
 */
export function checkLaterSteps(
  session: Session,
  network: NetworkPlan,
  all: readonly Stack[],
): void {
  const { inputs } = session;
  const { later } = inputs;
  if (later === undefined) return;
  const environment = plannedEnvironment(inputs, network);
  const namespace = later.namespace ?? environment.shared?.namespace ?? 'default';
  const plan = planAttachments(later.items, environment, namespace);
  if ('problems' in plan) throw new InputError(plan.problems.map(asInputProblem));
  const { attachments } = plan;
  // An environment that exists may have more networks.
  const isNew = !all.some(({ tags }) => tags[ENVIRONMENT_TAG] === inputs.environment);
  const unmatched = expectationProblems(later, attachments);
  const problems = [
    ...outsideProblems(attachments, environment.shared),
    ...layoutProblems(later, attachments, namespace),
    ...(isNew ? unmatched : []),
  ];
  if (problems.length > 0) throw new InputError(problems);
  if (later.layout === undefined) {
    const layout = chosenLayout(attachments, namespace);
    const why = labMisfit(attachments, namespace) ?? 'its pods fit these two networks';
    addNote(session, `verify will choose the layout ${layout}, because ${why}.`);
  }
  for (const { value, allowed } of unmatched) {
    addWarning(session, `expect: ${allowed}, or of a network that exists already (not ${value})`);
  }
}

function layoutProblems(
  { layout }: LaterInputs,
  attachments: readonly Attachment[],
  namespace: string,
): readonly InputProblem[] {
  const misfit = layout === 'lab' ? labMisfit(attachments, namespace) : undefined;
  if (misfit === undefined) return [];
  return [{ input: 'layout', value: 'lab', allowed: `matrix, or nothing, because ${misfit}` }];
}

/** Every pattern of an expectation must match a network: one that matches none expects nothing. */
function expectationProblems(
  { expectations }: LaterInputs,
  attachments: readonly Attachment[],
): readonly InputProblem[] {
  const ids = attachments.map(({ namespace, name }) => `${namespace}/${name}`);
  const names = attachments.map(({ name }) => name).join(', ');
  return expectations.flatMap((expectation, index) =>
    (['from', 'to'] as const)
      .filter((end) => !ids.some((id) => matchesName(expectation[end], id)))
      .map((end) => ({
        input: 'expect',
        value: expectation[end],
        allowed: `${index}.${end}: the name of one of the networks ${names}`,
      })),
  );
}

/** Stands for what AWS names when it makes a resource. No check looks at it. */
const NOT_MADE_YET = 'not made yet';

/** The environment as it will be, for checks that come before it is made. */
function plannedEnvironment(inputs: ProvisionInputs, network: NetworkPlan): Environment {
  const { base } = inputs;
  const numbers = [...new Set(network.multusSubnets.map((subnet) => subnet.network))];
  return {
    schema: 1,
    name: inputs.environment,
    region: inputs.region,
    accountId: NOT_MADE_YET,
    authentication: inputs.authentication,
    cluster: {
      name: base ?? inputs.environment,
      version: NOT_MADE_YET,
      endpoint: NOT_MADE_YET,
      certificateAuthority: NOT_MADE_YET,
      serviceCidr: NOT_MADE_YET,
      securityGroupId: NOT_MADE_YET,
    },
    vpc: { id: NOT_MADE_YET, cidr: network.vpcCidr },
    multusSecurityGroupId: NOT_MADE_YET,
    networks: numbers.map((number) => ({
      network: number,
      interface: `eth${number}`,
      subnets: network.multusSubnets
        .filter((subnet) => subnet.network === number)
        .map(({ zone, cidr, prefixCidr }) => ({ zone, id: NOT_MADE_YET, cidr, prefixCidr })),
    })),
    nodeGroups: inputs.nodeGroups.map((group) => ({
      ...nameOf(group),
      zone: group.zone,
      min: group.min,
      desired: group.desired,
      max: group.max,
      stackId: NOT_MADE_YET,
      roleArn: NOT_MADE_YET,
      autoScalingGroup: NOT_MADE_YET,
    })),
    ...(base === undefined ? {} : { shared: { base, namespace: namespaceOf(inputs.environment) } }),
  };
}
