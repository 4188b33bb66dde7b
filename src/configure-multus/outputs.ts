import type { CredentialProvider } from '../aws/credentials.ts';
import type { RoleMapping } from '../aws-auth/config-map.ts';
import type { Clock } from '../core/clock.ts';
import { formatRange } from '../core/ip.ts';
import type { Log } from '../core/log.ts';
import type { NodeState } from '../kubernetes/nodes.ts';
import type { Rollout } from '../kubernetes/rollout.ts';
import type { MultusChoice } from '../multus/install.ts';
import type { Attachment } from '../networks/attachment.ts';
import type { InterfaceSource } from './check-vpc.ts';
import type { InstanceSource } from './explain-nodes.ts';

/** Multus as it was installed, or as it was found on a shared cluster. */
export type FoundMultus = MultusChoice | { readonly mode: string; readonly image: string };

/** What has been reached; after a failure, what had been reached until then. */
export interface ConfigureResult {
  readonly cluster?: string;
  readonly user?: string;
  /** Undefined when aws-auth was left alone. */
  readonly awsAuth?: RoleMapping;
  /** Multus was removed rather than installed. */
  readonly removed?: boolean;
  readonly multus?: FoundMultus;
  readonly rollout?: Rollout;
  readonly nodes?: readonly NodeState[];
  readonly attachments?: readonly Attachment[];
}

/** The same while it is being filled. */
export type Reached = { -readonly [Key in keyof ConfigureResult]: ConfigureResult[Key] };

export const outputNames = ['networks', 'nodes', 'aws-auth-changed'] as const;

/** The outputs of `action.yml`; objects become JSON. */
export function toOutputs(
  result: ConfigureResult,
): Readonly<Record<(typeof outputNames)[number], unknown>> {
  return {
    networks: (result.attachments ?? []).map(
      ({ name, namespace, network, master, ipam, pools: [pool] }) => ({
        name,
        namespace,
        network,
        master,
        ipam,
        subnet: pool?.subnet,
        ...(pool?.range === undefined ? {} : { range: formatRange(pool.range) }),
      }),
    ),
    nodes: (result.nodes ?? []).map(({ name, zone, address, version, ready }) => ({
      name,
      zone,
      address,
      version,
      ready,
    })),
    'aws-auth-changed': String(result.awsAuth?.changed ?? false),
  };
}

export interface ConfigureTools {
  readonly log: Log;
  readonly clock: Clock;
  readonly credentials: CredentialProvider;
  readonly interfaces?: InterfaceSource;
  readonly instances?: InstanceSource;
  /** Told at the end what has been reached, whether all went well or not. */
  report(result: ConfigureResult): Promise<void>;
}
