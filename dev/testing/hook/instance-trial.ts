import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeNetworkInterfacesCommand,
  EC2Client,
  type EC2ClientConfig,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  completeWith,
  type Hook,
  handleLifecycleEvent,
  type Result,
} from '../../../cfn/attach-enis/hook.ts';
import { interfacesOf } from '../../../cfn/attach-enis/interfaces.ts';
import type { LifecycleEvent } from '../../../cfn/attach-enis/lifecycle-event.ts';
import type { Settings } from '../../../cfn/attach-enis/settings.ts';
import { describeSequence, type EventSequence, type Fault } from './event-sequence.ts';
import { awsError } from './simulated-interfaces.ts';

/** Takes one instance of a real EC2 API through a sequence of events. */
export interface Trial {
  /** What is wrong; empty when everything is as it should be. */
  readonly problems: readonly string[];
  /** Whether the instance is in service in the end. */
  readonly inService: boolean;
}

/** Invocations of a function for one event: the first, and Lambda's two retries. */
const INVOCATIONS = 3;

type Transition = LifecycleEvent['transition'];

/**
 * Delivers the events and looks at what there is in the end: an instance in service has exactly the wanted
 * interfaces, any other none, and each lifecycle action was answered once. Stands in for Auto Scaling (which
 * terminates an instance that is given up) and for Lambda's retries; leaves out their delays and time-outs.
 */
export async function tryInstance(
  instanceId: string,
  sequence: EventSequence,
  settings: Settings,
  config: EC2ClientConfig,
): Promise<Trial> {
  const admin = new EC2Client(config);
  const group = simulateGroup(instanceId, admin);
  const fail = faultsOf(sequence.faults);
  const ec2 = new EC2Client(config);
  ec2.middlewareStack.add((next) => (args) => fail(() => next(args)), { step: 'initialize' });
  const hook: Hook = {
    wanted: settings.wanted,
    interfacesOf: (id) => interfacesOf(id, settings, ec2),
    reserve: async () => {},
    complete: completeWith({ send: (command) => fail(() => group.complete(command.input)) }),
    patience: { attempts: 12, pause: () => sleep(2) },
    log: () => {},
  };
  const running: Promise<void>[] = [];
  for (const { transition, atOnce } of sequence.deliveries) {
    if (!atOnce) await Promise.all(running);
    running.push(deliver(group.event(transition), hook));
  }
  await Promise.all(running);
  const issued = new Set(sequence.deliveries.map(({ transition }) => transition));
  const problems = [
    ...group.problems(issued),
    ...(await interfaceProblems(instanceId, settings, group.inService(), admin)),
  ];
  const context = `${instanceId} (${describeSequence(sequence)})`;
  return {
    problems: problems.map((problem) => `${context}: ${problem}`),
    inService: group.inService(),
  };
}

async function deliver(event: LifecycleEvent, hook: Hook): Promise<void> {
  for (let invocation = 1; invocation <= INVOCATIONS; invocation += 1) {
    try {
      await handleLifecycleEvent(event, hook);
      return;
    } catch {
      await sleep(2);
    }
  }
}

/** Runs calls and lets the chosen ones fail. */
function faultsOf(faults: readonly Fault[]) {
  let calls = 0;
  return async <T>(call: () => Promise<T>): Promise<T> => {
    calls += 1;
    const number = calls;
    const fault = faults.find((one) => one.call === number);
    if (fault !== undefined && !fault.lost) throw awsError(fault.name);
    const answer = await call();
    if (fault !== undefined) throw awsError(fault.name);
    return answer;
  };
}

/** The Auto Scaling group's side of one instance. */
function simulateGroup(instanceId: string, ec2: EC2Client) {
  const answers = new Map<string, Result>();
  const tokens: Readonly<Record<Transition, string>> = {
    launching: `launch-${instanceId}`,
    terminating: `terminate-${instanceId}`,
  };
  const inService = () =>
    answers.get(tokens.launching) === 'CONTINUE' && !answers.has(tokens.terminating);
  return {
    inService,
    event: (transition: Transition): LifecycleEvent => ({
      transition,
      instanceId,
      autoScalingGroup: 'group',
      hook: `hook-${transition}`,
      token: tokens[transition],
    }),
    async complete({ LifecycleActionToken: token = '', LifecycleActionResult: result }: Answer) {
      if (answers.has(token)) {
        throw awsError('ValidationError', `No active Lifecycle Action found with token ${token}`);
      }
      answers.set(token, result === 'CONTINUE' ? 'CONTINUE' : 'ABANDON');
      if (!inService()) {
        await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
      }
      return { $metadata: {} };
    },
    problems: (issued: ReadonlySet<Transition>) =>
      [...issued]
        .filter((transition) => !answers.has(tokens[transition]))
        .map((transition) => `${transition} was never answered`),
  };
}

interface Answer {
  readonly LifecycleActionToken?: string | undefined;
  readonly LifecycleActionResult?: string | undefined;
}

async function interfaceProblems(
  instanceId: string,
  settings: Settings,
  inService: boolean,
  ec2: EC2Client,
): Promise<readonly string[]> {
  const filter = { Name: 'tag:eks-multus-actions/instance', Values: [instanceId] };
  const { NetworkInterfaces = [] } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [filter] }),
  );
  const found = NetworkInterfaces.map(
    ({ SubnetId, Attachment, SourceDestCheck, Ipv4Prefixes }) =>
      `device ${Attachment?.DeviceIndex} in ${SubnetId}, deleted with it: ${Attachment?.DeleteOnTermination}, check: ${SourceDestCheck}, prefixes: ${Ipv4Prefixes?.length}`,
  ).sort();
  const wanted = (inService ? settings.wanted : []).map(
    ({ deviceIndex, subnetId }) =>
      `device ${deviceIndex} in ${subnetId}, deleted with it: true, check: true, prefixes: ${settings.prefixes}`,
  );
  return found.join('\n') === wanted.join('\n')
    ? []
    : [
        `${inService ? 'in service' : 'gone'}, but its interfaces are: ${found.join(' | ') || 'none'}`,
      ];
}
