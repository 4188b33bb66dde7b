import { describe, expect, it } from 'vitest';
import {
  awsError,
  type SimulatedInterfaces,
  simulateInterfaces,
} from '../../dev/testing/hook/simulated-interfaces.ts';
import { completeWith, type Hook, handleLifecycleEvent } from './hook.ts';
import type { LifecycleEvent } from './lifecycle-event.ts';

const LAUNCH: LifecycleEvent = {
  transition: 'launching',
  instanceId: 'i-1',
  autoScalingGroup: 'eks-multus-cluster-ng1',
  hook: 'multus-attach-enis',
  token: 'token-1',
};
const DEVICE = {
  deviceIndex: 1,
  subnetId: 'subnet-1',
  sourceDestCheck: true,
  hasIpv6Prefix: false,
};
const TERMINATE: LifecycleEvent = { ...LAUNCH, transition: 'terminating', token: 'token-2' };

function hookWith(interfaces: SimulatedInterfaces) {
  const answers: string[] = [];
  const logged: string[] = [];
  const reserved: string[] = [];
  const hook: Hook = {
    wanted: [DEVICE],
    interfacesOf: () => interfaces,
    reserve: async (subnetId, cidr) => void reserved.push(`${subnetId} ${cidr}`),
    complete: async (event, result) => {
      answers.push(`${event.token} ${result}`);
    },
    patience: { attempts: 2, pause: async () => {} },
    log: (message, details) => logged.push(`${message} ${JSON.stringify(details)}`),
  };
  return { hook, answers, logged, reserved };
}

describe('handleLifecycleEvent', () => {
  it('lets an instance continue when it has its interfaces', async () => {
    const interfaces = simulateInterfaces();
    const { hook, answers } = hookWith(interfaces);
    await handleLifecycleEvent(LAUNCH, hook);
    expect(answers).toEqual(['token-1 CONTINUE']);
    expect(interfaces.state()).toHaveLength(1);
  });

  it('first reserves the part of each subnet that prefixes come from', async () => {
    const { hook, reserved } = hookWith(simulateInterfaces());
    const wanted = [{ ...DEVICE, prefixCidr: '10.0.4.128/25' }];
    await handleLifecycleEvent(LAUNCH, { ...hook, wanted });
    expect(reserved).toEqual(['subnet-1 10.0.4.128/25']);
    await handleLifecycleEvent(TERMINATE, { ...hook, wanted });
    expect(reserved).toHaveLength(1);
  });

  it('lets an instance continue when nothing can be reserved, and says why', async () => {
    const { hook, answers, logged } = hookWith(simulateInterfaces());
    const wanted = [{ ...DEVICE, prefixCidr: '10.0.4.128/25' }];
    const reserve = async () => {
      throw awsError('UnauthorizedOperation');
    };
    await handleLifecycleEvent(LAUNCH, { ...hook, wanted, reserve });
    expect(answers).toEqual(['token-1 CONTINUE']);
    expect(logged[0]).toContain('UnauthorizedOperation');
  });

  it('abandons an instance that cannot get them, says why, and leaves nothing', async () => {
    const interfaces = simulateInterfaces([], (_, name) => {
      if (name.startsWith('attach')) throw awsError('AttachmentLimitExceeded', 'too many');
    });
    const { hook, answers, logged } = hookWith(interfaces);
    await handleLifecycleEvent(LAUNCH, hook);
    expect(answers).toEqual(['token-1 ABANDON']);
    expect(interfaces.state()).toEqual([]);
    expect(logged[0]).toContain('too many');
  });

  it('lets a terminating instance continue when the clean-up fails, and throws so that Lambda tries again', async () => {
    const interfaces = simulateInterfaces(
      [
        {
          id: 'eni-1',
          subnetId: 's',
          madeFor: 1,
          attachment: undefined,
          sourceDestCheck: true,
          hasIpv6Prefix: false,
        },
      ],
      () => {
        throw awsError('UnauthorizedOperation');
      },
    );
    const { hook, answers, logged } = hookWith(interfaces);
    await expect(handleLifecycleEvent(TERMINATE, hook)).rejects.toThrow('may be left behind');
    expect(answers).toEqual(['token-2 CONTINUE']);
    expect(logged[0]).toContain('UnauthorizedOperation');
  });

  it('removes an interface that a terminating instance never got', async () => {
    const interfaces = simulateInterfaces([
      {
        id: 'eni-1',
        subnetId: 's',
        madeFor: 1,
        attachment: undefined,
        sourceDestCheck: true,
        hasIpv6Prefix: false,
      },
    ]);
    await handleLifecycleEvent(TERMINATE, hookWith(interfaces).hook);
    expect(interfaces.state()).toEqual([]);
  });

  it('throws when the answer fails, so that the event comes again', async () => {
    const { hook } = hookWith(simulateInterfaces());
    const complete = async (): Promise<void> => {
      throw awsError('ServiceUnavailable');
    };
    await expect(handleLifecycleEvent(LAUNCH, { ...hook, complete })).rejects.toThrow();
  });
});

describe('completeWith', () => {
  it('accepts that the action was answered before', async () => {
    const message = 'No active Lifecycle Action found with token token-1';
    const answered = { send: () => Promise.reject(awsError('ValidationError', message)) };
    await expect(completeWith(answered)(LAUNCH, 'CONTINUE')).resolves.toBeUndefined();
  });

  it('passes on any other error', async () => {
    const refused = { send: () => Promise.reject(awsError('ValidationError', 'no such group')) };
    await expect(completeWith(refused)(LAUNCH, 'CONTINUE')).rejects.toThrow('no such group');
  });
});
