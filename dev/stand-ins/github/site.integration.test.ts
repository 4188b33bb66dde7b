import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHECKOUT } from '../../tools/checkout.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { newPullRequest } from './api/state.ts';
import { pullRequestEvents } from './events/pull-request.ts';
import { type OidcIssuer, startOidcIssuer } from './oidc.ts';
import { PACK } from './repositories.ts';
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
  site = await startSite(act, options, { account: '123456789012', inputs: {} });
});
afterAll(async () => {
  await site?.stop();
  await oidc?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['from a fork', { headRepository: 'mallory/telecom-lab' }, 'mallory', /comes from a fork/],
  ['by Dependabot', { author: 'dependabot[bot]' }, 'dependabot[bot]', /is by Dependabot/],
  ['without the label', {}, 'ann', /once it has the label "multus-preview"/],
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
