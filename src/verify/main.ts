import { credentialProvider } from '../aws/credentials.ts';
import { probeCluster } from '../connectivity/kubernetes-cluster.ts';
import { idToken, mask } from '../github/id-token.ts';
import { actionsLog as log } from '../github/log.ts';
import { runAction } from '../github/run-action.ts';
import { connect } from '../kubernetes/connection.ts';
import { systemClock as clock } from '../kubernetes/poll.ts';
import { accessNeeded } from './access.ts';
import { readVerifyInputs } from './inputs.ts';
import { publish } from './publish.ts';
import { verify } from './run.ts';
import { stopSignal } from './stop-signal.ts';

await runAction(async () => {
  const inputs = readVerifyInputs(process.env['AWS_REGION']);
  const region = inputs.target.region ?? '';
  const role = { region, ...inputs.role, sessionName: 'eks-multus-verify' };
  const credentials = credentialProvider(role, { idToken, mask });
  const needs = accessNeeded(inputs);
  const connection = await connect(inputs.target.address, { log, credentials, needs });
  const cluster = probeCluster(connection, inputs.namespace);
  const deps = { clusterName: connection.cluster, cluster, log, clock, signal: stopSignal() };
  await publish(await verify(inputs, deps), inputs.reportDirectory, log);
});
