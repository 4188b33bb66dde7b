import type { Passage, PullRequest } from '../stand-ins/registry/registry.ts';
import type { Ec2State } from '../stand-ins/vpc/ec2-state.ts';
import { reachesInternet, reachesService } from '../stand-ins/vpc/reach.ts';

/** ECR's registries in a region: `123456789012.dkr.ecr.ap-northeast-2.amazonaws.com`. */
const ECR = /^\d{12}\.dkr\.ecr\.([a-z\d-]+)\.amazonaws\.com$/;

/**
 * What becomes of pulls, by the ways that EC2's state has for their nodes. ECR wants three: for a token, for manifests, and for layers,
 * which come from S3. All other registries are on the internet, and so is ECR of other regions.
 */
export function pullPassage(
  readState: () => Promise<Ec2State>,
): (request: PullRequest) => Promise<Passage> {
  return async ({ source, registry, isLayer }) => {
    const state = await readState();
    const eni = state.networkInterfaces.find(({ addresses }) => addresses.includes(source));
    if (eni === undefined) return 'silent';
    const subnet = state.subnets.find(({ id }) => id === eni.subnetId);
    const region = ECR.exec(registry)?.[1];
    if (region === undefined || !subnet?.zone.startsWith(region)) {
      return reachesInternet(state, eni) ? 'open' : 'silent';
    }
    if (!reachesService(state, eni, 'ecr.dkr')) return 'silent';
    if (isLayer) return reachesService(state, eni, 's3') ? 'open' : 'silent';
    return reachesService(state, eni, 'ecr.api') ? 'open' : 'no token';
  };
}
