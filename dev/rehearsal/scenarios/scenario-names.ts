/** The scenarios, each with one line about it. */
export const SCENARIOS = {
  provision: 'by hand, with reviewers: check, plan, deploy, destroy',
  destroy: 'by hand: destroy twice, and what is not there',
  preview: 'pull requests from opening to closing, forks, two at once, one too many',
  'preview-on-base': 'a preview on the cluster of another environment: own chart, drafts, sleep',
  'label-own-cluster': 'the time from the label to a verified preview with its own cluster',
  'label-on-base': 'the time from the label to a verified preview on the cluster of a base',
  reap: 'what is forgotten: time over, branch gone, repository renamed, schedule off',
  maintain: 'a long life: healthy, broken, mended, and its nodes renewed',
  caller: "another repository's run uses the pack's actions at v1",
  newcomer: 'from an empty repository and account to a preview with an application, and back',
  'one-job': 'the root action: environment, use and removal in one job',
  regions: 'an environment in each of two regions at once, by one job with a matrix',
} as const;

export type ScenarioName = keyof typeof SCENARIOS;

/** @throws Error that lists the known names. */
export function scenarioName(name: string | undefined): ScenarioName | undefined {
  if (name === undefined) return undefined;
  const known = Object.keys(SCENARIOS).find((one): one is ScenarioName => one === name);
  if (known !== undefined) return known;
  const names = Object.keys(SCENARIOS).join(', ');
  throw new Error(`--workflow: got "${name}"; allowed: ${names}`);
}

/** One line for each, for the usage. */
export function listScenarios(): string {
  return Object.entries(SCENARIOS)
    .map(([name, about]) => `    ${name.padEnd(16)}  ${about}`)
    .join('\n');
}
