import { isReplaced } from './replacement.ts';
import type { Change, Stack } from './stack-api.ts';

/** What goes with a resource when it is deleted, for the types whose loss nobody can undo. */
const LOST: Readonly<Record<string, string>> = {
  'AWS::EC2::VPC': 'the network with everything in it',
  'AWS::EC2::Subnet': 'the subnet with every node and interface in it',
  'AWS::EKS::Cluster': 'the cluster with everything that runs on it',
  'AWS::KMS::Key': 'the key, without which nobody can read what it has encrypted',
  'AWS::AutoScaling::AutoScalingGroup': 'the nodes of the group with everything that runs on them',
};

/** A change that deletes something that cannot be brought back. */
export interface Loss {
  readonly logicalId: string;
  readonly type: string;
  /** `Vpc (AWS::EC2::VPC) is replaced: this deletes the network with everything in it`. */
  readonly text: string;
}

/**
 * The changes of a change set that delete, or may delete, a network, a subnet, a cluster, a key or running nodes: their
 * resource is removed or replaced.
 */
export function lossesIn(
  changes: readonly Change[],
  before: Pick<Stack, 'parameters'> | undefined,
): readonly Loss[] {
  return changes.flatMap((change) => {
    const { logicalId, type } = change;
    const lost = LOST[type];
    const what = whatHappens(change);
    // What somebody has deleted already is made again.
    if (change.drift === 'DELETED') return [];
    if (lost === undefined || what === undefined || isEmptyGroup(type, before)) return [];
    return [{ logicalId, type, text: `${logicalId} (${type}) ${what}: this deletes ${lost}` }];
  });
}

function whatHappens(change: Change): string | undefined {
  if (change.action === 'Remove') return 'is removed';
  if (change.action === 'Dynamic') return 'may be replaced or removed';
  if (!isReplaced(change)) return undefined;
  return change.replacement === 'True' ? 'is replaced' : 'may be replaced';
}

/** A group that may have no nodes has none to lose. */
function isEmptyGroup(type: string, before: Pick<Stack, 'parameters'> | undefined): boolean {
  return type === 'AWS::AutoScaling::AutoScalingGroup' && before?.parameters['MaxSize'] === '0';
}
