import { readFile } from 'node:fs/promises';
import { createClients } from '../aws/clients.ts';
import { logLines } from '../aws/cluster-traces.ts';
import { roleRequest } from '../aws/credential-fields.ts';
import { credentialProvider } from '../aws/credentials.ts';
import { callerIdentity } from '../aws/identity.ts';
import { s3Staging } from '../aws/staging.ts';
import type { TokenSource } from '../aws/web-identity.ts';
import { callBudget } from '../cloudformation/pace.ts';
import { sdkStackApi } from '../cloudformation/sdk-stack-api.ts';
import { stackInsides } from '../cloudformation/stack-resources.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { actionsLog } from '../github/actions-log.ts';
import { idToken, mask } from '../github/id-token.ts';
import { addSummary, setOutputs } from '../github/outputs.ts';
import { packFile } from '../github/pack-files.ts';
import { workflowRun } from '../github/workflow-run.ts';
import { cleanUpWith } from './clean-up.ts';
import type { ProvisionInputs } from './inputs.ts';

import { explainLaunches } from './launch-failures.ts';
import { reportMarkdown } from './report.ts';
import type { ProvisionDeps } from './session.ts';

/** What a run finds around itself: where ID tokens come from, and the time. */
interface Surroundings {
  readonly source?: TokenSource;
  readonly clock?: Clock;
}

/** The real things: AWS as `role-to-assume` or the job's own credentials, and the runner this job is on. */
export function realDeps(
  inputs: ProvisionInputs,
  { source = { idToken, mask }, clock = systemClock }: Surroundings = {},
): ProvisionDeps {
  const run = workflowRun(process.env);
  const region = inputs['aws-region'];
  const credentials = credentialProvider(
    { region, ...roleRequest(inputs), sessionName: `eks-multus-${run.id}` },
    source,
  );
  const budget = callBudget(clock);
  const clients = createClients({ region, credentials, runId: run.id, onCall: budget.spend });
  const caller = {
    ...{ region, credentials, clock, onCall: budget.spend },
    userAgent: `eks-multus-actions run/${run.id}`,
  };
  const insides = stackInsides(clients.cloudFormation);
  return {
    stacks: sdkStackApi(clients.cloudFormation),
    staging: s3Staging(clients.s3, clock),
    cleanUp: cleanUpWith(caller, insides, credentials),
    explain: explainLaunches(insides, (group, text) => logLines(caller, group, text)),
    identity: () => callerIdentity(clients.sts),
    packFile: (...path) => readFile(packFile(...path)),
    log: actionsLog,
    ...{ clock, budget, run },
    async publish(report) {
      setOutputs({ ...report.outputs });
      await addSummary(reportMarkdown(report));
    },
  };
}
