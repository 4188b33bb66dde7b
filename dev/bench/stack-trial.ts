import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { deleteStack } from '../../src/cloudformation/delete-stack.ts';
import { deployStack } from '../../src/cloudformation/deploy-stack.ts';
import { callBudget } from '../../src/cloudformation/polling.ts';
import { sdkStackApi } from '../../src/cloudformation/sdk-stack-api.ts';
import { REGION } from '../stand-ins/aws/testing/local-aws.ts';
import type { FastClock } from '../testing/fakes/fast-clock.ts';
import { type Operation, observed } from './observed-stacks.ts';

/** One run on one stack: its operations, duration and calls. */
export interface Trial {
  readonly operations: readonly Operation[];
  readonly minutes: number;
  readonly calls: number;
}

/** Deploys one stack and deletes it again, each like a separate run. */
export async function tryStack(
  { endpoint, clock }: { readonly endpoint: string; readonly clock: FastClock },
  name: string,
  template: string,
): Promise<Trial> {
  const credentials = { accessKeyId: 'AKIABENCH00000000000', secretAccessKey: 'bench' };
  const client = new CloudFormationClient({ endpoint, region: REGION, credentials });
  let calls = 0;
  let budget = callBudget(clock);
  client.middlewareStack.add(
    (next) => async (args) => {
      calls += 1;
      budget.spend();
      return next(args);
    },
    { step: 'initialize' },
  );
  const { api, operations } = observed(sdkStackApi(client), clock);
  const began = clock.now();
  const engine = () => {
    budget = callBudget(clock);
    const log = { info: () => undefined };
    return { api, clock, log, budget, deadline: clock.now() + 3_600_000 };
  };
  const stack = await deployStack(engine(), {
    name,
    template: { file: `${name}.yaml`, text: template },
    parameters: {},
    tags: {},
    creationTags: {},
    runId: 'bench',
    onFailure: 'rollback',
    allowReplacement: [],
    revertDrift: false,
    terminationProtection: undefined,
    roleArn: undefined,
  });
  await deleteStack(engine(), stack);
  client.destroy();
  return { operations: operations(), minutes: (clock.now() - began) / 60_000, calls };
}
