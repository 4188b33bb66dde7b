import { runAction } from '../github/run-action.ts';
import { readProvisionInputs } from './inputs.ts';
import { provision } from './run.ts';
import { realDeps } from './wiring.ts';

await runAction(async () => {
  const inputs = readProvisionInputs();
  await provision(inputs, realDeps(inputs));
});
