import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { createClient } from '../aws/clients.ts';
import { credentialProvider } from '../aws/credentials.ts';
import { listGroupInstances } from '../aws/group-instances.ts';
import { type Filters, listNetworkInterfaces } from '../aws/network-interfaces.ts';
import { systemClock } from '../core/clock.ts';
import { actionsLog } from '../github/actions-log.ts';
import { idToken } from '../github/id-token.ts';
import { mask } from '../github/mask.ts';
import { addSummary, setOutputs } from '../github/outputs.ts';
import { runAction } from '../github/run-action.ts';
import { outputFailure } from '../github/shown-failure.ts';
import { workflowRun } from '../github/workflow-run.ts';
import { parseInputs } from './inputs.ts';
import { toOutputs } from './outputs.ts';
import { configure } from './run.ts';
import { toSummary } from './summary.ts';

await runAction(async () => {
  const inputs = parseInputs();
  const region = inputs.target.region ?? '';
  const request = { region, ...inputs.role, sessionName: 'configure-multus' };
  const credentials = credentialProvider(request, { idToken, mask });
  const caller = { region, credentials, runId: workflowRun(process.env).id };
  const interfaces = (filters: Filters) =>
    listNetworkInterfaces(createClient(EC2Client, caller), filters);
  const instances = (groups: readonly string[]) =>
    listGroupInstances(createClient(AutoScalingClient, caller), groups);
  const report = async (result: Parameters<typeof toOutputs>[0]) => {
    setOutputs(toOutputs(result));
    await addSummary(toSummary(result));
  };
  await configure(inputs, {
    log: actionsLog,
    clock: systemClock,
    credentials,
    interfaces,
    instances,
    report,
  });
}, outputFailure);
