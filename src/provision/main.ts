import { actionsLog } from '../github/actions-log.ts';
import { warnOfOpenEnvironment } from '../github/environment-protection.ts';
import { runAction } from '../github/run-action.ts';
import { outputFailure } from '../github/shown-failure.ts';
import { workflowRun } from '../github/workflow-run.ts';
import { type ProvisionInputs, readProvisionInputs } from './inputs.ts';

// Code that calls AWS takes as long to load as everything else, so it is loaded only when the inputs are valid.
await runAction(async () => {
  const inputs = readProvisionInputs();
  const { command, environment, region } = inputs;
  actionsLog.info(`${command}: environment ${environment} in ${region}`);
  const [{ provision }, { realDeps }] = await Promise.all([
    import('./run.ts'),
    import('./wiring.ts'),
  ]);
  const checked = checkEnvironment(inputs);
  await provision(inputs, realDeps(region, inputs.role)).finally(() => checked);
}, outputFailure);

/** Warns of an unprotected GitHub environment while the action works. Never fails. */
async function checkEnvironment({
  githubEnvironment,
  githubToken,
}: ProvisionInputs): Promise<void> {
  if (githubEnvironment === undefined || githubToken === undefined) return;
  const { repository } = workflowRun(process.env);
  const apiUrl = process.env['GITHUB_API_URL'] ?? 'https://api.github.com';
  const access = { repository, token: githubToken, apiUrl };
  await warnOfOpenEnvironment(access, githubEnvironment, actionsLog);
}
