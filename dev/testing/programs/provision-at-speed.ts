import { runAction } from '../../../src/github/run-action.ts';
import { readProvisionInputs } from '../../../src/provision/inputs.ts';
import { provision } from '../../../src/provision/run.ts';
import { realDeps } from '../../../src/provision/wiring.ts';
import { fastClock } from '../fakes/fast-clock.ts';

/**
 * The provision action as its `main.ts` wires it, on a clock that goes as many times as fast as SPEED says:
 * against a CloudFormation that is so many times as fast as AWS's.
 */
await runAction(async () => {
  const inputs = readProvisionInputs();
  const clock = fastClock(Number(process.env['SPEED']));
  await provision(inputs, realDeps(inputs.region, inputs.role, { clock }));
});
