import { prepareAccount } from '../../stand-ins/aws/account.ts';
import type { Inventory } from '../../stand-ins/aws/inventory.ts';
import type { WorkflowResult } from '../../stand-ins/github/act-log.ts';
import { dispatchEvent } from '../../stand-ins/github/events/pull-request.ts';
import { ACCOUNT } from '../account-view.ts';
import { TRUSTED_WORKFLOWS } from '../world.ts';
import { type Facts, finding, noMoreThan, oneSuccess } from './case-facts.ts';
import { deliver, type Scenario } from './scenario.ts';

/** The regions of the example. */
const REGIONS = ['ap-northeast-2', 'eu-central-1'];

const environmentOf = (region: string) => `eks-multus-${region}`;

/**
 * The same environment in each region at once, each with its own roles; then `destroy.yml` by hand in each.
 */
export async function rehearseRegions(scenario: Scenario): Promise<void> {
  const roles = await rolesOfRegions(scenario);
  const before = await inventories(scenario);
  const runs = await deliver(scenario, dispatchEvent('matrix-over-regions.yml', {}), 'regions');
  const facts = {
    ...oneSuccess(runs),
    ...(await stacksInEach(scenario)),
    ...verdicts(runs),
  };
  scenario.found(finding('Both regions at once', facts, runs));
  for (const region of REGIONS) await destroyIn(scenario, region, roles.get(region) ?? '');
  scenario.found(finding('Destroyed by hand', await leftoversInEach(scenario, before), []));
}

/** The set-up by the account's owner, once per region. Returns the ARNs of the deployer roles. */
async function rolesOfRegions({ world, progress }: Scenario): Promise<ReadonlyMap<string, string>> {
  const { repository } = world.runnerOptions;
  const roles = new Map<string, string>();
  await progress.step('make the roles of each region', async () => {
    for (const region of REGIONS) {
      const account = { ...world.client, account: ACCOUNT, repository, region };
      const named = { suffix: `-${region}`, workflows: TRUSTED_WORKFLOWS };
      roles.set(region, await prepareAccount({ ...account, ...named }));
    }
  });
  return roles;
}

async function stacksInEach({ world }: Scenario): Promise<Facts> {
  const facts = REGIONS.map(async (region) => {
    const name = environmentOf(region);
    const stacks = (await world.stacks(region)).map((stack) => `${stack.name} ${stack.status}`);
    const wanted = [name, `${name}-ng1`].map((stack) => `${stack} CREATE_COMPLETE`);
    return [`${region}: ${stacks.join(', ')}`, stacks.sort().join() === wanted.join()] as const;
  });
  return Object.fromEntries(await Promise.all(facts));
}

/** The summary of each environment's report on the run's page. */
function verdicts([run]: readonly WorkflowResult[]): Facts {
  const facts = REGIONS.map((region) => {
    const line = new RegExp(`(\\d+) checks passed, 0 failed.*cluster \`${environmentOf(region)}\``);
    const [, count] = line.exec(run?.summary ?? '') ?? [];
    return [`${region}: ${count ?? 'not all'} checks passed`, count !== undefined] as const;
  });
  return Object.fromEntries(facts);
}

async function destroyIn({ world, progress, found }: Scenario, region: string, role: string) {
  const environment = environmentOf(region);
  const inputs = { environment, 'aws-region': region, 'role-to-assume': role };
  const name = `destroy-${region}`;
  const run = await progress.step(`workflow destroy.yml (${region})`, (show) =>
    world.runner.dispatch({ workflow: 'destroy.yml', name, inputs }, show),
  );
  found(finding(`Destroy in ${region}`, { 'the run succeeds': run.succeeded }, [run]));
}

async function inventories({ world }: Scenario): Promise<ReadonlyMap<string, Inventory>> {
  const taken = REGIONS.map(async (region) => [region, await world.inventory(region)] as const);
  return new Map(await Promise.all(taken));
}

async function leftoversInEach(
  scenario: Scenario,
  before: ReadonlyMap<string, Inventory>,
): Promise<Facts> {
  const after = await inventories(scenario);
  const facts = REGIONS.map((region) =>
    noMoreThan(before.get(region) ?? {}, after.get(region) ?? {}, `leftovers in ${region}`),
  );
  return Object.assign({}, ...facts) as Facts;
}
