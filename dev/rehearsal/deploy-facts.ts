import type { PlannedStack } from '../../src/provision/outputs.ts';
import type { CallRecord } from '../stand-ins/aws/gateway/gateway.ts';
import type { Finding } from '../tools/table.ts';

/** The properties of an Auto Scaling group that the rehearsal checks. */
export interface ScalingGroup {
  /** The stack that made it. */
  readonly stack: string | undefined;
  readonly maxSize: number;
  /** Instance ids, sorted. */
  readonly instances: readonly string[];
}

type Outputs = Readonly<Record<string, string>>;

/** Checks that the plan names the stacks and their resources, and that planning left nothing behind. Pure. */
export function planFinding(outputs: Outputs, left: readonly string[]): Finding {
  const stacks = plannedStacks(outputs);
  const lines = stacks.map(
    ({ stack, action, changes }) => `${stack}: ${action}, ${changes.length} resources`,
  );
  return {
    what: 'Plan',
    found: [...lines, left.length === 0 ? 'left nothing' : `left ${left.join(', ')}`].join('\n'),
    ok:
      stacks.length === 2 &&
      stacks.every(({ action, changes }) => action === 'create' && changes.length > 0) &&
      left.length === 0,
  };
}

/** The most calls that a deploy without changes may make. */
const FEW_CALLS = 8;

/** Checks that a second deploy changed nothing and made few calls. Pure. */
export function secondDeployFinding(outputs: Outputs, calls: readonly CallRecord[]): Finding {
  const changes = outputs['has-changes'] === 'false' ? 'no changes' : 'changes';
  return {
    what: 'Second deploy',
    found: `${changes}, ${calls.length} calls to AWS`,
    ok: changes === 'no changes' && calls.length > 0 && calls.length <= FEW_CALLS,
  };
}

/** Checks that the update changed the size in place, and nothing else. Pure. */
export function updateFinding(
  outputs: Outputs,
  before: readonly ScalingGroup[],
  after: readonly ScalingGroup[],
): Finding {
  const changes = plannedStacks(outputs).flatMap(({ stack, changes: of }) =>
    of.map(({ logicalId, what }) => `${stack} ${logicalId}: ${what}`),
  );
  const sizes = (groups: readonly ScalingGroup[]) => groups.map(({ maxSize }) => maxSize).join();
  const instances = (groups: readonly ScalingGroup[]) =>
    groups.flatMap((group) => group.instances).join();
  const same = instances(before) === instances(after);
  const grown = after.every(({ maxSize }, index) => maxSize === (before[index]?.maxSize ?? 0) + 1);
  return {
    what: 'Update',
    found: [
      ...changes,
      `max size ${sizes(before)} → ${sizes(after)}, ${same ? 'the same instances' : 'other instances'}`,
    ].join('\n'),
    ok: changes.length === 1 && after.length === 1 && grown && same && instances(after) !== '',
  };
}

/**
 * The calls of a job that started after the first `mark` calls. The job has new credentials, so its access
 * keys have not been seen before. Access keys of the services themselves begin with AKIA. Pure.
 */
export function callsOfRun(records: readonly CallRecord[], mark: number): readonly CallRecord[] {
  const known = new Set(records.slice(0, mark).map(({ accessKey }) => accessKey));
  return records.slice(mark).filter(({ accessKey, action }) => {
    if (accessKey === undefined) return action === 'AssumeRoleWithWebIdentity';
    return !accessKey.startsWith('AKIA') && !known.has(accessKey);
  });
}

function plannedStacks(outputs: Outputs): readonly PlannedStack[] {
  return JSON.parse(outputs['plan'] ?? '[]');
}
