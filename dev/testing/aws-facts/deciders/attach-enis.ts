import { attach, release } from '../../../../cfn/attach-enis/attach.ts';
import { completeWith } from '../../../../cfn/attach-enis/hook.ts';
import type { Interfaces } from '../../../../cfn/attach-enis/interfaces.ts';
import * as names from '../relied-on.ts';
import { type Ask, clientGiving, outcomeOf } from './given.ts';

const EVENT = {
  transition: 'launching',
  instanceId: 'i-1',
  autoScalingGroup: 'group',
  hook: 'hook',
  token: 'token',
} as const;

/** An interface that was made for an instance and is attached to none. */
const MADE = {
  id: 'eni-1',
  subnetId: 's',
  madeFor: 1,
  attachment: undefined,
  sourceDestCheck: true,
};

/** How to ask the deciders of the launch hook. */
export const HOOK_DECIDERS: Readonly<Record<string, Ask>> = {
  [names.MAY_PASS]: async ({ error }) => {
    let calls = 0;
    const list = async () => {
      calls += 1;
      throw error;
    };
    const patience = { attempts: 2, pause: async () => {} };
    await outcomeOf(() => attach({ list } as unknown as Interfaces, [], patience));
    return calls === 2;
  },
  [names.RELEASE]: async ({ error }) => {
    const remove = () => Promise.reject(error);
    const interfaces = { list: async () => [MADE], remove } as unknown as Interfaces;
    const outcome = await outcomeOf(() => release(interfaces));
    return outcome === undefined ? 'released' : 'not released';
  },
  [names.IS_NOT_ACTIVE]: async (given) => {
    const client = clientGiving<Parameters<typeof completeWith>[0]>(
      given,
      'CompleteLifecycleAction',
    );
    return (await outcomeOf(() => completeWith(client)(EVENT, 'CONTINUE'))) === undefined;
  },
};
