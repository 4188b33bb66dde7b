import { readFile } from 'node:fs/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { explainAwsError } from '../aws/aws-error.ts';
import { createClient } from '../aws/clients.ts';
import { credentialProvider } from '../aws/credentials.ts';
import { callerIdentity } from '../aws/identity.ts';
import { type Places, prefixOf, s3Places } from '../aws/places.ts';
import { defaultBucketName } from '../aws/staging-bucket.ts';
import { sdkStackApi } from '../cloudformation/sdk-stack-api.ts';
import { systemClock } from '../core/clock.ts';
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
  // Made on demand: commands that do not call AWS may have no region.
  let made: ReturnType<typeof awsOf> | undefined;
  const aws = () => {
    made ??= awsOf(inputs, run.id);
    return made;
  };
  try {
    await preview({
      inputs,
      stacks: { list: () => aws().stacks.list() },
      places: {
        held: async () => (await aws().places()).held(),
        take: async (number, holder) => (await aws().places()).take(number, holder),
        free: async (held) => (await aws().places()).free(held),
      },
      github: repositoryClient(inputs.githubToken ?? 'none', run.repository),
      administrator:
        inputs.environmentToken === undefined
          ? undefined
          : repositoryClient(inputs.environmentToken, run.repository),
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

function awsOf({ name = '', region = '', role, stagingBucket }: PreviewInputs, runId: string) {
  const request = { region, ...role, sessionName: `eks-multus-${runId}` };
  const credentials = credentialProvider(request, { idToken, mask });
  const caller = { region, runId, credentials };
  let found: Promise<Places> | undefined;
  return {
    stacks: sdkStackApi(createClient(CloudFormationClient, caller)),
    /** The bucket of the places is known when the account is. */
    places() {
      found ??= callerIdentity(createClient(STSClient, caller)).then(({ accountId }) => {
        const bucket = stagingBucket ?? defaultBucketName(accountId, region);
        return s3Places(
          createClient(S3Client, caller),
          { bucket: { name: bucket, region, accountId }, prefix: prefixOf(name) ?? name },
          { clock: systemClock, log: actionsLog },
        );
      });
      return found;
    },
  };
}
