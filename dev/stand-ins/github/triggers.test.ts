import { describe, expect, it } from 'vitest';
import { calledWorkflow, isTriggered, permissionsOf, readOnly, type Workflow } from './triggers.ts';

const workflow: Workflow = {
  on: {
    pull_request: { types: ['opened', 'labeled'] },
    pull_request_target: { types: ['closed'] },
    workflow_dispatch: null,
  },
  jobs: {
    one: { uses: 'acme/pack/.github/workflows/x.yml@v1', permissions: { contents: 'read' } },
    two: { permissions: { contents: 'write', 'id-token': 'write', 'pull-requests': 'read' } },
  },
};

describe('an event starts a workflow', () => {
  it.each([
    ['pull_request', 'opened', true],
    ['pull_request', 'closed', false],
    ['pull_request_target', 'closed', true],
    ['workflow_dispatch', undefined, true],
    ['push', undefined, false],
  ])('%s %s: %s', (name, action, expected) => {
    expect(isTriggered(workflow, { name, payload: { action } })).toBe(expected);
  });
});

it('uses the default types when a workflow names none', () => {
  const usual = { ...workflow, on: { pull_request: null } };
  expect(isTriggered(usual, { name: 'pull_request', payload: { action: 'synchronize' } })).toBe(
    true,
  );
  expect(isTriggered(usual, { name: 'pull_request', payload: { action: 'closed' } })).toBe(false);
});

it('grants a run what its jobs ask for, and a fork no write permission', () => {
  const asked = permissionsOf(workflow);
  expect(asked).toEqual({ contents: 'write', 'id-token': 'write', 'pull-requests': 'read' });
  expect(readOnly(asked)).toEqual({ contents: 'read', 'pull-requests': 'read' });
});

it('finds the workflow that a run calls first', () => {
  const jobs = { own: {}, one: { uses: 'o/pack/x.yml@v1' }, two: { uses: 'o/pack/y.yml@v1' } };
  expect(calledWorkflow({ on: 'push', jobs })).toBe('o/pack/x.yml@v1');
  expect(calledWorkflow({ on: 'push', jobs: { own: {} } })).toBeUndefined();
});
