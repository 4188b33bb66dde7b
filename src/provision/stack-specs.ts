import { principalArn } from '../aws/identity.ts';
import type { StackSpec, Template } from '../cloudformation/stack-spec.ts';
import { creationTags, stackTags } from '../environment/tags.ts';
import type { NetworkPlan } from '../network/plan.ts';
import type { NodeGroup } from './node-groups.ts';
import type { Pack } from './pack.ts';
import type { Session } from './run.ts';
import { infraParameters, nodeGroupParameters, nodeGroupStackName } from './stack-parameters.ts';

type Texts = Readonly<Record<string, string>>;

/** The infra stack as the inputs want it. */
export function infraSpec(session: Session, pack: Pack, network: NetworkPlan): StackSpec {
  const { inputs, account } = session;
  // The input knows the role's whole ARN; what STS says of a session leaves out its path.
  const role = inputs['chained-role'] ?? inputs['role-to-assume'];
  const deployer = role ?? principalArn(account.arn);
  const parameters = infraParameters(inputs, network, deployer);
  // Without being asked, a newer release of this pack must not upgrade a cluster.
  const version = inputs['kubernetes-version'] === undefined ? ['KubernetesVersion'] : [];
  return {
    ...spec(session, inputs.environment, pack.infra, parameters),
    // To change what is decided at creation would be to replace the cluster.
    keep: [...version, 'SecretsEncryption'],
    keepPlaces: ['AdminRoleArns'],
  };
}

/** A node group's stack as the inputs want it, wired from what the infra stack put out. */
export function nodeGroupSpec(
  session: Session,
  pack: Pack,
  network: NetworkPlan,
  group: NodeGroup,
  infraOutputs: Texts,
): StackSpec {
  const { inputs, bucket } = session;
  const hook = { bucket: bucket.name, key: pack.hook.key };
  const parameters = nodeGroupParameters(inputs, group, network, infraOutputs, hook);
  return {
    ...spec(session, groupStack(session, group), pack.nodeGroup, parameters),
    // Nodes that run would lose a role that goes.
    keep: ['NodeRoleArn', 'NodeProfileArn'],
  };
}

export function groupStack({ inputs }: Pick<Session, 'inputs'>, group: NodeGroup): string {
  return nodeGroupStackName(inputs.environment, group.name);
}

function spec(
  { clock, inputs, run }: Session,
  name: string,
  template: Template,
  parameters: Texts,
): StackSpec {
  return {
    name,
    template,
    parameters,
    tags: stackTags(inputs.environment, inputs['base-environment']),
    creationTags: creationTags(run, { ttlHours: inputs['ttl-hours'], now: clock.now() }),
    onFailure: inputs['on-failure'],
    terminationProtection: inputs['termination-protection'],
    roleArn: inputs['cloudformation-role-arn'],
    runId: run.id,
  };
}
