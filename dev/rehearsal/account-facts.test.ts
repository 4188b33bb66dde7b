import { expect, it } from 'vitest';
import { leftoverFinding, unservedFinding } from './account-facts.ts';

it('lists every kind that was counted, and fails when a kind has more than before', () => {
  const before = { vpcs: 1, roles: 2 };
  expect(leftoverFinding(before, { vpcs: 1, roles: 2 })).toEqual({
    what: 'Leftovers in AWS',
    found: '0\nroles 0, vpcs 0',
    ok: true,
  });
  expect(leftoverFinding(before, { vpcs: 3, roles: 2 })).toMatchObject({
    found: '2\nroles 0, vpcs 2',
    ok: false,
  });
});

it('fails when nothing was counted', () => {
  expect(leftoverFinding({}, {}).ok).toBe(false);
});

it('names the calls that the stand-in could not serve', () => {
  const call = { time: '', accessKey: undefined, status: 500, ms: 1 };
  const failure = { ...call, service: 'ec2', action: 'CreateFleet', problem: 'not implemented' };
  expect(unservedFinding([failure], ['hook: timeout'])).toEqual({
    what: 'Calls not served',
    found: '2\nec2 CreateFleet: not implemented\nhook: timeout',
    ok: false,
  });
  expect(unservedFinding([], []).ok).toBe(true);
});
