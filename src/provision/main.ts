import { actionsLog } from '../github/actions-log.ts';
import { runAction } from '../github/run-action.ts';
import { readProvisionInputs } from './inputs.ts';

// Code that calls AWS takes as long to load as everything else, so it is loaded only when the inputs are valid.
await runAction(async () => {
  const inputs = readProvisionInputs();
  const { command, environment, region } = inputs;
  actionsLog.info(`${command}: environment ${environment} in ${region}`);
  const [{ provision }, { realDeps }] = await Promise.all([
    import('./run.ts'),
    import('./wiring.ts'),
  ]);
  await provision(inputs, realDeps(region, inputs.role));
});
