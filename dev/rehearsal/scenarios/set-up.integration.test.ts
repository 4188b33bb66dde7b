import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  addEnvironment,
  fakeSha,
  newPullRequest,
  type PullRequest,
} from '../../stand-ins/github/api/state.ts';
import {
  dispatchEvent,
  type PullRequestAction,
  pullRequestEvents,
} from '../../stand-ins/github/events/pull-request.ts';
import { type OidcIssuer, startOidcIssuer } from '../../stand-ins/github/oidc.ts';
import { CLEAN_ENVIRONMENTS } from '../../stand-ins/github/repositories.ts';
import { prepareAct } from '../../stand-ins/github/runner.ts';
import { type Site, startSite } from '../../stand-ins/github/site.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { adaptationOf } from './set-up.ts';

/** The user's repository of `--workflow preview-on-base`, run by act without an AWS: what its workflows do before they need one. */

const repository = 'acme/telecom-lab';
const pull = newPullRequest(71, { labels: ['multus-preview'], files: ['deploy/values.yaml'] });
let folder: string;
let oidc: OidcIssuer;
let site: Site;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'set-up-'));
  const tools = await ensureTools(['runner'], consoleProgress());
  const act = await prepareAct({ bin: tools.bin, runFolder: folder, logFolder: folder });
  oidc = await startOidcIssuer(0, { repository, ref: 'refs/heads/main', workflow: 'x.yml' });
  const options = { source: CHECKOUT, repository, oidc, env: {} };
  const { variables, ...adaptation } = adaptationOf('preview-on-base');
  // There is no AWS here: a job that gets into its environment ends because this is no role.
  const without = { ...variables, EKS_MULTUS_DEPLOYER_ROLE: 'none' };
  site = await startSite(act, options, { ...adaptation, variables: without });
});
afterAll(async () => {
  await site?.stop();
  await oidc?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function happens(changed: PullRequest, action: PullRequestAction) {
  site.state.pullRequests.set(changed.number, changed);
  const results = [];
  for (const event of pullRequestEvents(site.state, changed, action)) {
    const name = `${event.name}-${changed.number}-${action}`;
    results.push(...(await site.deliver(event, { name, show: () => {} })));
  }
  expect(results).toHaveLength(1);
  return results[0];
}

it.each([
  ['a draft', { draft: true }, /is a draft/],
  ['other files', { files: ['docs/deploy.md'] }, /changes none of deploy\/\*\*/],
])('%s: no preview, and no application', async (_, change, told) => {
  const result = await happens({ ...pull, ...change }, 'opened');
  expect(result?.succeeded, result?.log).toBe(true);
  expect(result?.notices).toEqual([expect.stringMatching(told)]);
  expect(result?.log).not.toMatch(/\[(Application|Outputs)\]/);
});

it('a draft that is ready for review: a deploy, which fails without AWS, and no application', async () => {
  const result = await happens(pull, 'ready_for_review');
  expect(result?.succeeded).toBe(false);
  expect(result?.outputs['decision']).toBe('deploy');
  expect(result?.log).not.toMatch(/\[(Application|Outputs)\]/);
});

it('the clean-up deletes the environments of closed pull requests only', async () => {
  for (const number of [71, 74]) {
    const environment = `eks-multus-pr-${number}`;
    const state = number === 74 ? 'closed' : 'open';
    site.state.pullRequests.set(number, newPullRequest(number, { state }));
    addEnvironment(site.state, environment);
    const status = {
      id: number,
      state: 'inactive',
      description: '',
      logUrl: '',
      environmentUrl: '',
    };
    site.state.deployments.set(number, {
      id: number,
      environment,
      ref: 'main',
      sha: fakeSha('main'),
      transient: true,
      production: false,
      createdAt: '2026-11-28T07:00:00Z',
      statuses: [status],
    });
  }
  const token = site.api.token(repository, { actions: 'read', administration: 'write' });
  site.state.variables.set('CLEANUP_APP_TOKEN', token);
  const delivery = { name: 'clean', show: () => {} };
  const [result] = await site.deliver(dispatchEvent(CLEAN_ENVIRONMENTS, {}), delivery);
  expect(result?.succeeded, result?.log).toBe(true);
  expect(result?.outputs['removed-environments']).toBe('["eks-multus-pr-74"]');
  expect([...site.state.environments.keys()]).toContain('eks-multus-pr-71');
});
