import type { Ec2State } from '../ec2-state.ts';

/** An instance of EC2 that runs. What it is, no test asks. */
export function runningInstance(id: string): Ec2State['instances'][number] {
  return {
    id,
    state: 'running',
    imageId: '',
    type: '',
    zone: '',
    privateDnsName: '',
    launchTime: '',
    isSpot: false,
    metadataHopLimit: 1,
  };
}
