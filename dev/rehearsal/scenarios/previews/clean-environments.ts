import { dispatchEvent } from '../../../stand-ins/github/events/pull-request.ts';
import { CLEAN_ENVIRONMENTS } from '../../../stand-ins/github/repositories.ts';
import { finding, oneSuccess } from '../case-facts.ts';
import { deliver, type Scenario } from '../scenario.ts';

/** The job of docs/github.md deletes GitHub's environments of closed pull requests, with the token of an app, and no others. */
export async function cleanedEnvironments(scenario: Scenario): Promise<void> {
  const { api, state } = scenario.site;
  const ofApp = api.token(state.name, { actions: 'read', administration: 'write' });
  state.variables.set('CLEANUP_APP_TOKEN', ofApp);
  const isClosed = (name: string) =>
    state.pullRequests.get(Number(name.replace('eks-multus-pr-', '')))?.state === 'closed';
  const before = [...state.environments.keys()];
  const gone = before.filter(isClosed);
  const event = dispatchEvent(CLEAN_ENVIRONMENTS, {});
  const runs = await deliver(scenario, event, 'clean-environments');
  const kept = before.filter((name) => !isClosed(name));
  const facts = {
    ...oneSuccess(runs),
    [`deleted: ${gone.join(', ')}`]:
      gone.length > 0 && gone.every((name) => !state.environments.has(name)),
    [`kept: ${kept.join(', ')}`]: [...state.environments.keys()].join() === kept.join(),
  };
  scenario.found(finding("GitHub's environments, cleaned", facts, runs));
}
