import type { Answer, MutationListener } from './gateway/gateway.ts';
import type { AwsService } from './gateway/service.ts';
import type { RegionalServices } from './region.ts';

/** The regions of an account. Each starts when it is first used. */
export interface Regions {
  in(name: string): RegionalServices;
  names(): readonly string[];
}

export function createRegions(start: (name: string) => RegionalServices): Regions {
  const known = new Map<string, RegionalServices>();
  return {
    in(name) {
      const region = known.get(name) ?? start(name);
      known.set(name, region);
      return region;
    },
    names: () => [...known.keys()],
  };
}

/** The services of the gateway, which pass each call to the region that it was signed for. */
export function regionalServices(regions: Regions): readonly AwsService[] {
  return (['autoscaling', 'eks', 'scheduler'] as const).map((name) => ({
    name,
    handle: (request) => regions.in(request.region)[name].service.handle(request),
  }));
}

/** Serves the Invoke API in the region of the call. */
export function lambdaAnswer(regions: Regions): Answer {
  return async (call) =>
    call.service === 'lambda' ? regions.in(call.region).lambda.answer(call) : undefined;
}

/** Informs our services of calls to other services that concern them. */
export function observeIn(
  regions: Regions,
  problem: (what: string, error: unknown) => void,
): MutationListener {
  return (service, action, call) => {
    if (service === 'lambda') regions.in(call.region).lambda.observe(call);
    if (service === 'ec2' && action === 'TerminateInstances') {
      const { autoscaling } = regions.in(call.region);
      autoscaling.inspect().catch((error) => problem('inspect groups', error));
    }
  };
}
