import { EC2Client } from '@aws-sdk/client-ec2';
import { createClient } from '../aws/clients.ts';
import { credentialProvider } from '../aws/credentials.ts';
import { probeCluster } from '../connectivity/probe/kubernetes-cluster.ts';
import { systemClock as clock } from '../core/clock.ts';
import { actionsLog as log } from '../github/actions-log.ts';
import { idToken } from '../github/id-token.ts';
import { mask } from '../github/mask.ts';
import { runAction } from '../github/run-action.ts';
import { outputFailure } from '../github/shown-failure.ts';
import { workflowRun } from '../github/workflow-run.ts';
import { connect } from '../kubernetes/connection.ts';
import { accessNeeded } from './access.ts';
import { readEarlierReport } from './earlier-report.ts';
import { readVerifyInputs } from './inputs.ts';
import { nodeInterfaces } from './node-interfaces.ts';
import { publish } from './publish.ts';
import { verify } from './run.ts';
import { stopSignal } from './stop-signal.ts';

await runAction(async () => {
  const inputs = readVerifyInputs(process.env['AWS_REGION']);
  const earlier = await readEarlierReport(inputs.compareWith, log);
  const deadline = clock.now() + inputs.timeoutMs;
  const region = inputs.target.region ?? '';
  const role = { region, ...inputs.role, sessionName: 'eks-multus-verify' };
  const credentials = credentialProvider(role, { idToken, mask });
  const needs = accessNeeded(inputs);
  const roleArn = inputs.role.chainedRoleArn ?? inputs.role.roleArn;
  const connecting = { log, credentials, roleArn, needs, deadline };
  const connection = await connect(inputs.target.address, connecting);
  const cluster = probeCluster(connection, inputs.namespace);
  const caller = { region, credentials, runId: workflowRun(process.env).id };
  // A kubeconfig may be for a cluster anywhere. AWS is asked only when the job has credentials for it.
  const credentialSource = inputs.role.roleArn ?? process.env['AWS_ACCESS_KEY_ID'];
  const onAws =
    inputs.target.address.kind === 'eks' || (credentialSource !== undefined && region !== '');
  const report = await verify(inputs, {
    clusterName: connection.cluster,
    cluster,
    log,
    clock,
    deadline,
    explain: connection.explain,
    signal: stopSignal(),
    nodeInterfaces: async (of) =>
      onAws ? nodeInterfaces(of, createClient(EC2Client, caller), log) : undefined,
  });
  await publish(report, { ...inputs, earlier }, log);
}, outputFailure);
