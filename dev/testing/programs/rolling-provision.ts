import { systemClock } from '../../../src/core/clock.ts';
import { actionsLog } from '../../../src/github/actions-log.ts';
import { runAction } from '../../../src/github/run-action.ts';
import { connect } from '../../../src/kubernetes/connection.ts';
import { readProvisionInputs } from '../../../src/provision/inputs.ts';
import { provision } from '../../../src/provision/run.ts';
import { realDeps } from '../../../src/provision/wiring.ts';
import { fastClock } from '../fakes/fast-clock.ts';
import { noCredentials } from '../servers/api-server.ts';

/**
 * The provision action on a fast clock (SPEED) with the cluster of a kubeconfig (KUBECONFIG), whose nodes run nothing. So
 * the probe of new nodes takes a moment, and passes.
 */
await runAction(async () => {
  const inputs = readProvisionInputs();
  const clock = fastClock(Number(process.env['SPEED']));
  const deps = realDeps(inputs.region, inputs.role, { clock });
  const path = process.env['KUBECONFIG'] ?? '';
  const address = { kind: 'kubeconfig', path } as const;
  await provision(inputs, {
    ...deps,
    rollout: {
      ...deps.rollout,
      connect: (_, deadline) =>
        connect(address, { log: actionsLog, credentials: noCredentials, clock, deadline }),
      async probe() {
        await systemClock.sleep(200);
        return { result: 'passed' };
      },
    },
  });
});
