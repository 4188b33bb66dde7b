import type { CredentialProvider } from '../aws/credentials.ts';
import type { RoleMapping } from '../aws-auth/config-map.ts';
import type { Clock } from '../core/clock.ts';
import { formatRange } from '../core/ip.ts';
import type { Log } from '../core/log.ts';
import { FAILURE_OUTPUT } from '../github/shown-failure.ts';
import type { NodeState } from '../kubernetes/nodes.ts';
import type { Rollout } from '../kubernetes/rollout.ts';
import type { MultusChoice } from '../multus/install.ts';
import type { Attachment } from '../networks/attachment.ts';
import type { InterfaceSource } from './check-vpc.ts';
import type { InstanceSource } from './explain-nodes.ts';

/** Multus as it was installed, or as it was found on a shared cluster. */
export type FoundMultus = MultusChoice | { readonly mode: string; readonly image: string };

/** What the action has done. After a failure, the steps that had succeeded before it. */
export interface ConfigureResult {
  readonly cluster?: string;
  readonly user?: string;
  /** Undefined when the action did not touch aws-auth. */
  readonly awsAuth?: RoleMapping;
  /** True when the action has removed Multus. */
  readonly removed?: boolean;
  readonly multus?: FoundMultus;
  readonly rollout?: Rollout;
  readonly nodes?: readonly NodeState[];
  readonly attachments?: readonly Attachment[];
}

/** A result that the action fills step by step. */
export type Reached = { -readonly [Key in keyof ConfigureResult]: ConfigureResult[Key] };

const ofResult = ['networks', 'nodes', 'aws-auth-changed'] as const;

/** The names in `action.yml`. */
export const outputNames = [...ofResult, FAILURE_OUTPUT] as const;

/** Returns the outputs that describe a result. The runner gets objects as JSON. */
export function toOutputs(
  result: ConfigureResult,
): Readonly<Record<(typeof ofResult)[number], unknown>> {
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

/** What the action works with: the log, the clock, AWS, and where its result goes. */
export interface ConfigureTools {
  readonly log: Log;
  readonly clock: Clock;
  readonly credentials: CredentialProvider;
  readonly interfaces?: InterfaceSource;
  readonly instances?: InstanceSource;
  /** Called once at the end, after success and after failure. */
  report(result: ConfigureResult): Promise<void>;
}
