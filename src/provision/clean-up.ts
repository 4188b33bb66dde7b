import { type ClusterTraces, clusterTraces } from '../aws/cluster-traces.ts';
import type { CredentialProvider } from '../aws/credentials.ts';
import { type Ec2, ec2Of } from '../aws/network-interfaces.ts';
import type { Caller } from '../aws/signed-call.ts';
import type { StackInsides } from '../cloudformation/stack-resources.ts';
import { type PlainApi, plainApi } from '../kubernetes/objects.ts';
import { eksServer, restOf } from '../kubernetes/rest.ts';

/** What destroy works with besides stacks: everything that is in none. */
export interface CleanUp extends StackInsides {
  readonly ec2: Ec2;
  readonly traces: ClusterTraces;
  kubernetes(cluster: ClusterAddress): PlainApi;
}

export interface ClusterAddress {
  readonly name: string;
  readonly endpoint: string;
  readonly certificateAuthority: string;
}

/** The real thing. */
export function cleanUpWith(
  caller: Caller,
  insides: StackInsides,
  credentials: CredentialProvider,
): CleanUp {
  return {
    ...insides,
    ec2: ec2Of(caller),
    traces: clusterTraces(caller),
    kubernetes: (cluster) => {
      const address = { kind: 'eks', region: caller.region, ...cluster } as const;
      return plainApi(restOf(eksServer(address, credentials)));
    },
  };
}
