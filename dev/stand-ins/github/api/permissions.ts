/** What a job's token may do: `permissions` of a workflow. */
export type Permissions = Readonly<Record<string, 'read' | 'write' | 'none'>>;

type Need = readonly [scope: string, access: 'read' | 'write'];

/**
 * The permissions of which an operation needs one. A comment on a pull request is a comment on its issue, so
 * either permission is enough (docs.github.com, permissions required for fine-grained tokens).
 */
const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  'issues/list-comments': [
    ['pull-requests', 'read'],
    ['issues', 'read'],
  ],
  'issues/create-comment': [
    ['pull-requests', 'write'],
    ['issues', 'write'],
  ],
  'issues/update-comment': [
    ['pull-requests', 'write'],
    ['issues', 'write'],
  ],
  'issues/list-for-repo': [['issues', 'read']],
  'issues/create': [['issues', 'write']],
  'issues/update': [
    ['pull-requests', 'write'],
    ['issues', 'write'],
  ],
  'actions/list-artifacts-for-repo': [['actions', 'read']],
  'actions/download-artifact': [['actions', 'read']],
  'pulls/get': [['pull-requests', 'read']],
  'pulls/list-files': [['pull-requests', 'read']],
  'git/get-ref': [['contents', 'read']],
  'repos/list-branches': [['contents', 'read']],
  'repos/get-environment': [['actions', 'read']],
  'repos/get-all-environments': [['actions', 'read']],
  'repos/list-deployment-branch-policies': [['actions', 'read']],
  // Only people and apps have this permission. No job's token can get it.
  'repos/create-or-update-environment': [['administration', 'write']],
  'repos/create-deployment-branch-policy': [['administration', 'write']],
  'repos/delete-an-environment': [['administration', 'write']],
  'repos/create-repo-ruleset': [['administration', 'write']],
  'repos/update-repo-ruleset': [['administration', 'write']],
  'repos/delete-repo-ruleset': [['administration', 'write']],
  'issues/get-label': [
    ['issues', 'read'],
    ['pull-requests', 'read'],
  ],
  'issues/create-label': [
    ['issues', 'write'],
    ['pull-requests', 'write'],
  ],
  'issues/delete-label': [
    ['issues', 'write'],
    ['pull-requests', 'write'],
  ],
  'actions/get-repo-variable': [['variables', 'read']],
  'actions/create-repo-variable': [['variables', 'write']],
  'actions/update-repo-variable': [['variables', 'write']],
  'actions/delete-repo-variable': [['variables', 'write']],
  'repos/get-content': [['contents', 'read']],
  'repos/get-branch': [['contents', 'read']],
  'actions/get-custom-oidc-sub-claim-for-repo': [['actions', 'read']],
  'actions/get-workflow': [['actions', 'read']],
  'actions/create-workflow-dispatch': [['actions', 'write']],
  'repos/list-deployments': [['deployments', 'read']],
  'repos/list-deployment-statuses': [['deployments', 'read']],
  'repos/create-deployment': [['deployments', 'write']],
  'repos/create-deployment-status': [['deployments', 'write']],
};

/** What `metadata: read` allows, which every token has, and what the login of `gh` allows (`read:org`). */
const FREE: ReadonlySet<string> = new Set([
  'repos/get',
  'repos/get-repo-rulesets',
  'users/get-authenticated',
  'users/get-by-username',
  'teams/get-by-name',
]);

/** The permission that a token lacks for an operation, in words; undefined when it lacks none. */
export function lacking(permissions: Permissions, operation: string): string | undefined {
  if (FREE.has(operation)) return undefined;
  const needs = NEEDS[operation] ?? [];
  const has = ([scope, access]: Need) =>
    permissions[scope] === 'write' || (access === 'read' && permissions[scope] === 'read');
  if (needs.some(has)) return undefined;
  return needs.map(([scope, access]) => `${scope}: ${access}`).join(' or ');
}
