import {
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import {
  changeSetFor,
  deploy,
  destroy,
  settled,
} from '../../../stand-ins/aws/cloudformation/testing/local-stacks.ts';
import type { Provocations, World } from './world.ts';

/** A template with one resource, which a change of the retention updates in place. */
export const thing = (days = 7, more = '') =>
  `{"Resources":{"Thing":{"Type":"AWS::Logs::LogGroup","Properties":{"RetentionInDays":${days}}}${more}}}`;

export const cf = ({ clients }: World) => clients.cloudFormation;

const CREATE = { type: 'CREATE', template: thing() } as const;

/** Creates a change set of a stack with settings of its own. Rejects when CloudFormation refuses it at once. */
export function proposeChange(world: World, more: Partial<CreateChangeSetCommandInput>) {
  const request = {
    StackName: 'proposed',
    ChangeSetName: 'change',
    ChangeSetType: 'CREATE',
    TemplateBody: thing(),
  } as const;
  return cf(world).send(new CreateChangeSetCommand({ ...request, ...more }));
}

/** Creates a change set and starts to execute it. */
export async function begin(
  world: World,
  name: string,
  type: 'CREATE' | 'UPDATE',
  template: string,
  more: Partial<CreateChangeSetCommandInput> = {},
): Promise<void> {
  const { ChangeSetId } = await changeSetFor(cf(world), { name, type, template }, more);
  await cf(world).send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
}

export const updateOf = (world: World, StackName: string) =>
  proposeChange(world, { StackName, ChangeSetType: 'UPDATE', TemplateBody: thing(9) });

export const describe = (world: World, StackName: string) =>
  cf(world).send(new DescribeStacksCommand({ StackName }));

/** Does something while a step of a stack is held, and lets the stack go on afterwards. */
async function whileHeld<Result>(
  world: World,
  stack: string,
  begun: () => Promise<unknown>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    await begun();
    return await work();
  } finally {
    world.pacing.release();
    await settled(cf(world), stack).catch(() => {});
  }
}

/** How to provoke the answers about stacks. */
export const STACKS: Provocations = {
  'stack-unknown': (world) => describe(world, 'nobody'),
  'stack-unknown-events': (world) =>
    cf(world).send(new DescribeStackEventsCommand({ StackName: 'nobody' })),
  'stack-unknown-template': (world) =>
    cf(world).send(new GetTemplateCommand({ StackName: 'nobody' })),
  'stack-name-invalid': (world) => proposeChange(world, { StackName: 'a_b' }),
  'resource-unknown': async (world) => {
    await deploy(cf(world), { ...CREATE, name: 'small' });
    const query = { StackName: 'small', LogicalResourceId: 'Other' };
    return cf(world).send(new DescribeStackResourceCommand(query));
  },
  'update-of-busy-stack': async (world) => {
    await deploy(cf(world), { ...CREATE, name: 'busy' });
    world.pacing.script('busy', 'update', 'Thing', 'hold');
    const start = () => begin(world, 'busy', 'UPDATE', thing(14));
    return whileHeld(world, 'busy', start, () => updateOf(world, 'busy'));
  },
  'update-of-rolled-back-stack': async (world) => {
    world.pacing.script('rolled-back', 'create', 'Thing', 'fail');
    await deploy(cf(world), { ...CREATE, name: 'rolled-back' });
    return updateOf(world, 'rolled-back');
  },
  'update-of-stuck-stack': async (world) => {
    await deploy(cf(world), { ...CREATE, name: 'stuck' });
    world.pacing.script('stuck', 'update', 'Thing', 'fail', 'fail');
    await deploy(cf(world), { type: 'UPDATE', template: thing(14), name: 'stuck' });
    return updateOf(world, 'stuck');
  },
  'update-of-deleting-stack': async (world) => {
    const { StackId = '' } = await deploy(cf(world), { ...CREATE, name: 'going' });
    world.pacing.script('going', 'delete', 'Thing', 'hold');
    const start = () => cf(world).send(new DeleteStackCommand({ StackName: StackId }));
    return whileHeld(world, StackId, start, () => updateOf(world, 'going'));
  },
  'update-of-deleted-stack': async (world) => updateOf(world, await goneStack(world, 'gone')),
  'delete-of-busy-stack': async (world) => {
    const both = thing(7, ',"Other":{"Type":"AWS::Logs::LogGroup","Properties":{}}');
    await deploy(cf(world), { type: 'CREATE', template: both, name: 'cleaning' });
    world.pacing.script('cleaning', 'delete', 'Other', 'hold');
    const start = async () => {
      await begin(world, 'cleaning', 'UPDATE', thing());
      await inStatus(world, 'cleaning', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    };
    return whileHeld(world, 'cleaning', start, () =>
      cf(world).send(new DeleteStackCommand({ StackName: 'cleaning' })),
    );
  },
  'delete-of-protected-stack': async (world) => {
    const StackName = 'protected';
    await deploy(cf(world), { ...CREATE, name: StackName });
    const on = { StackName, EnableTerminationProtection: true };
    await cf(world).send(new UpdateTerminationProtectionCommand(on));
    return cf(world).send(new DeleteStackCommand({ StackName }));
  },
  'capability-missing': (world) =>
    proposeChange(world, {
      TemplateBody:
        '{"Resources":{"R":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"r","AssumeRolePolicyDocument":{}}}}}',
    }),
  'template-missing': (world) => proposeChange(world, { TemplateBody: undefined }),
  'template-url-unsupported': (world) =>
    proposeChange(world, { TemplateBody: undefined, TemplateURL: 'https://example.com/t.json' }),
  'template-too-long': (world) => proposeChange(world, { TemplateBody: 'x'.repeat(51_201) }),
  'template-reference-unresolved': (world) =>
    proposeChange(world, {
      TemplateBody:
        '{"Resources":{"Thing":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":{"Ref":"Nobody"}}}}}',
    }),
  'stack-in-review': async (world) => {
    await changeSetFor(cf(world), { ...CREATE, name: 'reviewed' });
    return describe(world, 'reviewed');
  },
  'stack-facts': async (world) => {
    await deploy(cf(world), { ...CREATE, name: 'tagged', tags: { team: 'net' } });
    return describe(world, 'tagged');
  },
  'stack-reason-goes-away': async (world) => {
    world.pacing.script('slow', 'create', 'Thing', 'hold');
    const start = async () => {
      await begin(world, 'slow', 'CREATE', thing());
      await inStatus(world, 'slow', 'CREATE_IN_PROGRESS');
    };
    return whileHeld(world, 'slow', start, () => reasonGone(world, 'slow'));
  },
  'stale-review': async (world) => {
    const name = 'stale';
    const { ChangeSetId } = await changeSetFor(cf(world), { ...CREATE, name });
    world.behaviour.staleReads = 1;
    await cf(world).send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
    world.behaviour.staleReads = 0;
    return describe(world, name);
  },
  'deleted-stack-by-id': async (world) => describe(world, await goneStack(world, 'left')),
  'template-as-given': async (world) => {
    await deploy(cf(world), { ...CREATE, name: 'given' });
    return cf(world).send(
      new GetTemplateCommand({ StackName: 'given', TemplateStage: 'Original' }),
    );
  },
  'secret-parameter': async (world) => {
    const template = `{"Parameters":{"Secret":{"Type":"String","NoEcho":true}},${thing().slice(1)}`;
    const parameters = { Secret: 's3cr3t' };
    await deploy(cf(world), { type: 'CREATE', template, parameters, name: 'secretive' });
    return describe(world, 'secretive');
  },
  'cloudformation-denied': ({ denied }) =>
    denied.cloudFormation.send(new DescribeStacksCommand({ StackName: 'x' })),
  'cloudformation-throttled': ({ throttled }) =>
    throttled.cloudFormation.send(new DescribeStackEventsCommand({ StackName: 'x' })),
};

/** Makes a stack and deletes it; returns its id. */
export async function goneStack(world: World, name: string): Promise<string> {
  const { StackId = '' } = await deploy(cf(world), { ...CREATE, name });
  await destroy(cf(world), name);
  return StackId;
}

async function inStatus(world: World, name: string, status: string): Promise<void> {
  for (;;) {
    const { Stacks: [stack] = [] } = await describe(world, name);
    if (stack?.StackStatus === status) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The stack as it is described once its reason has gone, or as it is after a while. */
async function reasonGone(world: World, name: string) {
  for (let left = 20; ; left -= 1) {
    const found = await describe(world, name);
    if (left === 0 || found.Stacks?.[0]?.StackStatusReason === undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
