import type { XmlValue } from '../../gateway/query-protocol.ts';
import type { ChangeSet } from '../change-set.ts';
import type { Drift } from '../drift/drift.ts';
import { sameValue, type Value } from '../language/value.ts';
import type { ChangeDetail, ResourceChange } from '../plan/resource-change.ts';
import type { StackResource } from '../stack.ts';

/** A change as DescribeChangeSet returns it. */
export function changeShape(
  change: ResourceChange,
  { drifts, revertsDrift, stack }: ChangeSet,
): XmlValue {
  const drift = drifts.get(change.logicalId);
  const made = stack.resources.get(change.logicalId);
  return {
    PolicyAction: change.policyAction,
    Action: change.action,
    LogicalResourceId: change.logicalId,
    PhysicalResourceId: change.physicalId,
    ResourceType: change.type,
    Replacement: change.replacement,
    Scope: change.scope,
    ResourceDriftStatus: revertsDrift ? drift?.status : undefined,
    Details: change.details.map((detail) => detailShape(detail, drift, made)),
  };
}

function detailShape(
  detail: ChangeDetail,
  drift: Drift | undefined,
  made: StackResource | undefined,
): XmlValue {
  return {
    Target: {
      Attribute: detail.attribute,
      Name: detail.name,
      RequiresRecreation: detail.recreation,
      ...(drift?.status === 'MODIFIED' && made !== undefined
        ? driftShape(detail, drift.actual, made)
        : {}),
    },
    Evaluation: detail.evaluation,
    ChangeSource: detail.source,
    CausingEntity: detail.cause,
  };
}

function driftShape(
  { attribute, name = '' }: ChangeDetail,
  actual: Extract<Drift, { status: 'MODIFIED' }>['actual'],
  made: StackResource,
) {
  const tags = attribute === 'Tags';
  const previous = tags ? made.tags : made.properties[name];
  const now = tags ? actual.tags : actual.properties[name];
  if ((!tags && !(name in actual.properties)) || sameValue(previous as Value, now as Value)) {
    return {};
  }
  return {
    Path: tags ? '/Properties/Tags' : `/Properties/${name}`,
    BeforeValue: text(now),
    BeforeValueFrom: 'ACTUAL_STATE',
    AfterValueFrom: 'TEMPLATE',
    Drift: { PreviousValue: text(previous), ActualValue: text(now) },
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || value === undefined ? value : JSON.stringify(value);
}
