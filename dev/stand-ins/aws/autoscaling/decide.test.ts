import fc from 'fast-check';
import { expect, it } from 'vitest';
import { counts, decide } from './decide.ts';
import type { GroupSettings, LifecycleState, Member } from './state.ts';

const launchTemplate = { id: 'lt-1', name: 'node', version: '1' };
const subnets = [
  { id: 'subnet-a', zone: 'a' },
  { id: 'subnet-b', zone: 'b' },
] as const;

function settings(desiredCapacity: number, suspended: readonly string[] = []): GroupSettings {
  return {
    minSize: 0,
    maxSize: 20,
    desiredCapacity,
    launchTemplate,
    subnets,
    suspended,
    cooldown: 300,
    healthCheckType: 'EC2',
    healthCheckGracePeriod: 0,
    protectFromScaleIn: false,
  };
}

const states: readonly LifecycleState[] = [
  'Pending',
  'Pending:Wait',
  'InService',
  'Terminating:Wait',
];
const anyMembers = fc
  .array(
    fc.record({
      state: fc.constantFrom(...states),
      subnet: fc.constantFrom(...subnets),
      protectedFromScaleIn: fc.boolean(),
      launchedAt: fc.nat(1000),
    }),
    { maxLength: 12 },
  )
  .map((rows) =>
    rows.map(
      (row, i): Member => ({ ...row, instanceId: `i-${i}`, instanceType: 'm5', launchTemplate }),
    ),
  );
const mapOf = (members: readonly Member[]) =>
  new Map(members.map((each) => [each.instanceId, each]));

it('launches or terminates exactly the difference, as far as scale-in protection allows', () => {
  fc.assert(
    fc.property(anyMembers, fc.nat(12), (members, desired) => {
      const steps = decide({ settings: settings(desired), members: mapOf(members) });
      const counting = members.filter(counts);
      const unprotected = counting.filter((each) => !each.protectedFromScaleIn).length;
      expect(steps.launch).toHaveLength(Math.max(0, desired - counting.length));
      expect(steps.terminate).toHaveLength(
        Math.min(unprotected, Math.max(0, counting.length - desired)),
      );
      expect(new Set(steps.terminate).size).toBe(steps.terminate.length);
    }),
  );
});

it('keeps zones balanced when it launches into an empty group', () => {
  fc.assert(
    fc.property(fc.nat(12), (desired) => {
      const { launch } = decide({ settings: settings(desired), members: new Map() });
      const inA = launch.filter((subnet) => subnet.zone === 'a').length;
      expect(Math.abs(launch.length - 2 * inA)).toBeLessThanOrEqual(1);
    }),
  );
});

it('does nothing while the process is suspended', () => {
  const nothing = { launch: [], terminate: [] };
  expect(decide({ settings: settings(3, ['Launch']), members: new Map() })).toEqual(nothing);
});
