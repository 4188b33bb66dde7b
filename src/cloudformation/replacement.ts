import type { Change, ChangeDetail } from './stack-api.ts';

/** True for a change that replaces its resource, or may replace it. */
export function isReplaced({ action, replacement }: Change): boolean {
  return action === 'Modify' && (replacement === 'True' || replacement === 'Conditional');
}

/**
 * The attributes that a resource keeps for as long as it is not replaced, by type: they name it, or come from what names it.
 * `Vpc.Ipv6CidrBlocks` follows the VPC's range associations, and no property of the VPC.
 */
const LASTING: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::EIP': ['AllocationId'],
  'AWS::EC2::SecurityGroup': ['GroupId'],
  'AWS::EC2::VPC': ['CidrBlock', 'Ipv6CidrBlocks'],
  'AWS::EKS::Cluster': ['Arn'],
  'AWS::Events::Rule': ['Arn'],
  'AWS::IAM::InstanceProfile': ['Arn'],
  'AWS::IAM::Role': ['Arn', 'RoleId'],
  'AWS::KMS::Key': ['Arn'],
  'AWS::Lambda::Function': ['Arn'],
  'AWS::Logs::LogGroup': ['Arn'],
};

/** True for an attribute that an update in place cannot change. */
export function isLasting(type: string, attribute: string): boolean {
  return LASTING[type]?.includes(attribute) ?? false;
}

/**
 * The changes of a change set, with `False` in place of `Conditional` for those that cannot replace their resource.
 *
 * CloudFormation takes each attribute of a resource that changes for one that may change, and so each property that uses it:
 * a new tag on the cluster's role makes it say that the cluster may be replaced, as the cluster's `RoleArn` comes from the role.
 * When it executes the change set, it compares values. So nothing is replaced when all that could replace a resource are the
 * names of resources that stay.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
 */
export function settleReplacements(changes: readonly Change[]): readonly Change[] {
  const byId = new Map(changes.map((change) => [change.logicalId, change]));
  const stays = new Map<string, boolean>();
  return changes.map((change) =>
    change.replacement === 'Conditional' && isKept(change)
      ? { ...change, replacement: 'False' }
      : change,
  );

  /** Whether a change certainly leaves its resource where it is. */
  function isKept({ logicalId, action, replacement, details }: Change): boolean {
    if (action !== 'Modify' || replacement !== 'Conditional') {
      return action === 'Modify' && replacement === 'False';
    }
    const known = stays.get(logicalId);
    if (known !== undefined) return known;
    // A resource that leads back to itself would settle nothing.
    stays.set(logicalId, false);
    const reasons = details.filter(({ recreation }) => recreation !== 'Never');
    const kept = reasons.length > 0 && reasons.every(changesNothing);
    stays.set(logicalId, kept);
    return kept;
  }

  /** Whether the value that a detail is about will be the same. */
  function changesNothing({ source, evaluation, cause = '' }: ChangeDetail): boolean {
    if (evaluation !== 'Dynamic') return false;
    const [name = '', ...attribute] = cause.split('.');
    const origin = byId.get(name);
    if (origin === undefined || !isKept(origin)) return false;
    if (source === 'ResourceReference') return true;
    return source === 'ResourceAttribute' && isLasting(origin.type, attribute.join('.'));
  }
}
