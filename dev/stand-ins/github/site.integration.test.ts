import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../tools/checkout.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { newPullRequest } from './api/state.ts';
import {
  dispatchEvent,
  type GithubEvent,
  pullRequestEvents,
  scheduleEvent,
} from './events/pull-request.ts';
import { type OidcIssuer, startOidcIssuer } from './oidc.ts';
import { CHECK_OUT_THE_PACK, PACK } from './repositories.ts';
import { prepareAct } from './runner.ts';
import { type Site, startSite } from './site.ts';

const repository = 'acme/telecom-lab';
let folder: string;
let oidc: OidcIssuer;
let site: Site;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'site-'));
  const tools = await ensureTools(['runner'], consoleProgress());
  const act = await prepareAct({ bin: tools.bin, runFolder: folder, logFolder: folder });
  oidc = await startOidcIssuer(0, { repository, ref: 'refs/heads/main', workflow: 'x.yml' });
  const options = { source: CHECKOUT, repository, oidc, env: {} };
  const file = '.github/previews.yaml';
  const files = { [file]: 'label: from-the-file\n' };
  const inputs = {
    'provision.yml': { 'plan-environment': 'eks-multus-unattended' },
    'preview.yml': { 'config-file': file, label: "''" },
  };
  // There is no AWS here: a job that gets into its environment ends because this is no role.
  const variables = { EKS_MULTUS_REGION: 'eu-west-1', EKS_MULTUS_DEPLOYER_ROLE: 'none' };
  site = await startSite(act, options, { account: 'none', variables, files, inputs });
});
afterAll(async () => {
  await site?.stop();
  await oidc?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['from a fork', { headRepository: 'mallory/telecom-lab' }, 'mallory', /comes from a fork/],
  ['by Dependabot', { author: 'dependabot[bot]' }, 'dependabot[bot]', /is by Dependabot/],
  ['without the label in its file', {}, 'ann', /once it has the label "from-the-file"/],
])(
  '%s: the called workflow skips with a message, by the actions of the pack at v1',
  async (name, change, actor, told) => {
    const pull = newPullRequest(7, change);
    const results = [];
    for (const event of pullRequestEvents(site.state, pull, 'opened')) {
      const delivery = {
        name: `${name.replaceAll(' ', '-')}-${event.name}`,
        actor,
        show: () => {},
      };
      results.push(...(await site.deliver(event, delivery)));
    }
    const [result] = results;
    expect(results).toHaveLength(1);
    expect(result?.succeeded, result?.log).toBe(true);
    expect(result?.notices).toEqual([expect.stringMatching(told)]);
    expect(result?.outputs['decision']).toBe('skip');
    expect(result?.downloads).toContain(`${PACK}@${site.pack.source.sha}`);
    expect(result?.log).not.toContain('checked out into');
    expect(result?.log).not.toContain("the caller's own action ran");
    expect(site.api.calls).toEqual([]);
  },
);

it('lets no job clone, check out or see the pack', async () => {
  const delivery = { name: 'check-out-the-pack', show: () => {} };
  const [result] = await site.deliver(dispatchEvent(CHECK_OUT_THE_PACK, {}), delivery);
  expect(result?.outputs['outcomes']).toBe(
    'checkout failure, clone failure, api failure, own success',
  );
  expect(result?.log.match(/remote: Repository not found\./g)).toHaveLength(2);
  expect(site.git.refusals).toContain(`${PACK}: 404`);
});

describe('reviewers of the environment eks-multus', () => {
  const byHand = (what: string) =>
    dispatchEvent('by-hand.yml', { what, environment: 'eks-multus-lab' });

  beforeAll(() => {
    const environment = site.state.environments.get('eks-multus');
    if (environment === undefined) throw new Error('no environment');
    site.state.environments.set('eks-multus', { ...environment, reviewers: ['bob'] });
  });

  async function run(event: GithubEvent, name: string) {
    const [result] = await site.deliver(event, { name, show: () => {} });
    return { result, entries: site.gate.entries.filter((entry) => entry.run === name) };
  }

  it.each([
    ['a check', byHand('check'), 'eks-multus-unattended', false, 0],
    ['a plan', byHand('plan'), 'eks-multus-unattended', false, 0],
    ['a deploy', byHand('deploy'), 'eks-multus', true, 1],
    ['a teardown', byHand('destroy'), 'eks-multus', true, 1],
    ['the clean-up', scheduleEvent('scheduled-teardown.yml'), 'eks-multus-previews', false, 0],
    ['maintenance', scheduleEvent('scheduled-maintenance.yml'), 'eks-multus-previews', false, 0],
  ])('are asked for %s as often as the table in docs/github.md says', async (...row) => {
    const [what, event, environment, deployment, approvals] = row;
    const { entries } = await run(event, what.replaceAll(' ', '-'));
    expect(entries).toMatchObject([{ environment, deployment }]);
    expect(entries.filter(({ approval }) => approval)).toHaveLength(approvals);
  });

  it('stop a deploy that none of them approves, before its first step', async () => {
    site.gate.reviewersPresent = false;
    const { result } = await run(byHand('deploy'), 'not-approved');
    expect(result?.succeeded).toBe(false);
    expect(result?.errors).toEqual(['The job waited for bob, and nobody approved it']);
    expect(result?.log).not.toContain('deploy: environment');
  });
});
