import { readFile } from 'node:fs/promises';
import { explainAwsError } from '../aws/aws-error.ts';
import { createClients } from '../aws/clients.ts';
import { roleRequest } from '../aws/credential-fields.ts';
import { credentialProvider } from '../aws/credentials.ts';
import { sdkStackApi } from '../cloudformation/sdk-stack-api.ts';
import { actionsLog as log, notice } from '../github/actions-log.ts';
import { idToken, mask } from '../github/id-token.ts';
import { addSummary, setOutputs } from '../github/outputs.ts';
import { repositoryClient } from '../github/repository-client.ts';
import { runAction } from '../github/run-action.ts';
import { runUrl, workflowRun } from '../github/workflow-run.ts';
import { readPreviewEvent } from './decide.ts';
import { type PreviewInputs, readPreviewInputs } from './inputs.ts';
import { preview } from './run.ts';

await runAction(async () => {
  const inputs = readPreviewInputs();
  const run = workflowRun(process.env);
  await preview({
    ...{ inputs, run, log, notice, addSummary, runUrl: runUrl(process.env) },
    stacks: { list: () => stacksOf(inputs, run.id).list() },
    github: repositoryClient(inputs['github-token'] ?? 'none', run.repository),
    actor: process.env['GITHUB_ACTOR'] ?? '',
    event: () => readPreviewEvent(process.env),
    readFile: (path) => readFile(path, 'utf8'),
    now: () => Date.now(),
    setOutputs: (outputs) => setOutputs({ ...outputs }),
  }).catch((error: unknown) => {
    throw explainAwsError(error);
  });
});

/** Made when it is needed: some commands do without AWS, and then there may be no region either. */
function stacksOf(inputs: PreviewInputs, runId: string) {
  const region = inputs['aws-region'] ?? '';
  const role = { region, ...roleRequest(inputs), sessionName: `eks-multus-${runId}` };
  const credentials = credentialProvider(role, { idToken, mask });
  return sdkStackApi(createClients({ region, credentials, runId }).cloudFormation);
}
