import { readFile } from 'node:fs/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { explainAwsError } from '../aws/aws-error.ts';
import { createClient } from '../aws/clients.ts';
import { credentialProvider } from '../aws/credentials.ts';
import { sdkStackApi } from '../cloudformation/sdk-stack-api.ts';
import { actionsLog, notice } from '../github/actions-log.ts';
import { idToken } from '../github/id-token.ts';
import { mask } from '../github/mask.ts';
import { addSummary, setOutputs } from '../github/outputs.ts';
import { repositoryClient } from '../github/repository-client.ts';
import { runAction } from '../github/run-action.ts';
import { outputFailure } from '../github/shown-failure.ts';
import { runUrl, workflowRun } from '../github/workflow-run.ts';
import { readPreviewEvent } from './decide.ts';
import { type PreviewInputs, readPreviewInputs } from './inputs.ts';
import { preview } from './run.ts';

await runAction(async () => {
  const inputs = readPreviewInputs();
  const run = workflowRun(process.env);
  try {
    await preview({
      inputs,
      // The client is created on demand: commands that do not call AWS may have no region.
      stacks: { list: () => stackApi(inputs, run.id).list() },
      github: repositoryClient(inputs.githubToken ?? 'none', run.repository),
      run,
      runUrl: runUrl(process.env),
      actor: process.env['GITHUB_ACTOR'] ?? '',
      event: () => readPreviewEvent(process.env),
      readFile: (path) => readFile(path, 'utf8'),
      now: () => Date.now(),
      log: actionsLog,
      notice,
      setOutputs: (outputs) => setOutputs({ ...outputs }),
      addSummary,
    });
  } catch (error) {
    throw explainAwsError(error);
  }
}, outputFailure);

function stackApi(inputs: PreviewInputs, runId: string) {
  const region = inputs.region ?? '';
  const role = { region, ...inputs.role, sessionName: `eks-multus-${runId}` };
  const credentials = credentialProvider(role, { idToken, mask });
  return sdkStackApi(createClient(CloudFormationClient, { region, credentials, runId }));
}
