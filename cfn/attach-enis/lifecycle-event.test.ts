import { describe, expect, it } from 'vitest';
import { readLifecycleEvent } from './lifecycle-event.ts';

const EVENT = {
  source: 'aws.autoscaling',
  'detail-type': 'EC2 Instance-launch Lifecycle Action',
  detail: {
    LifecycleActionToken: 'token-1',
    AutoScalingGroupName: 'eks-multus-cluster-ng1',
    LifecycleHookName: 'multus-attach-enis',
    EC2InstanceId: 'i-1',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  },
};

describe('readLifecycleEvent', () => {
  it('reads a launch and a termination', () => {
    expect(readLifecycleEvent(EVENT)).toEqual({
      transition: 'launching',
      instanceId: 'i-1',
      autoScalingGroup: 'eks-multus-cluster-ng1',
      hook: 'multus-attach-enis',
      token: 'token-1',
    });
    const terminate = { ...EVENT, 'detail-type': 'EC2 Instance-terminate Lifecycle Action' };
    expect(readLifecycleEvent(terminate).transition).toBe('terminating');
  });

  it('refuses other events', () => {
    expect(() => readLifecycleEvent({ ...EVENT, 'detail-type': 'toString' })).toThrow('toString');
    expect(() => readLifecycleEvent(undefined)).toThrow('not a lifecycle action');
    expect(() => readLifecycleEvent({ ...EVENT, detail: {} })).toThrow('no EC2InstanceId');
  });
});
