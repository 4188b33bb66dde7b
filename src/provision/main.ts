import { actionsLog } from '../github/actions-log.ts';
import { runAction } from '../github/run-action.ts';
import { readProvisionInputs } from './inputs.ts';

// What talks to AWS is a bundle of its own, loaded when the inputs are good: it takes as long to load as all the rest.
await runAction(async () => {
  const inputs = readProvisionInputs();
  const { command, environment } = inputs;
  actionsLog.info(`${command}: environment ${environment} in ${inputs['aws-region']}`);
  const [{ provision }, { realDeps }] = await Promise.all([
    import('./run.ts'),
    import('./wiring.ts'),
  ]);
  await provision(inputs, realDeps(inputs));
});
