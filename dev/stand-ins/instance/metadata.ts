import { DescribeInstanceAttributeCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { GetInstanceProfileCommand, type IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import ipaddr from 'ipaddr.js';
import { type Ec2State, exists, type Instance, regionOf } from '../vpc/ec2-state.ts';
import { type Folder, type InstanceSources, metadataOf } from './metadata-tree.ts';

export interface MetadataOptions {
  readonly readState: () => Promise<Ec2State>;
  /** EC2 in a region. */
  readonly ec2In: (region: string) => EC2Client;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly accountId: string;
  /** The notice that EC2 takes an instance back; undefined without one. */
  readonly noticeOf: (instance: Instance) => InstanceSources['notice'];
}

interface Role {
  readonly name: string;
  readonly arn: string;
}

const RENEW_BEFORE_MS = 5 * 60_000;
/**
 * A booting instance requests dozens of items in a row. The real service lags behind EC2 by more than this.
 */
const STATE_MS = 500;

/** Finds the metadata of the instance behind a source address. All of it comes from AWS's APIs. */
export function metadataSource(
  options: MetadataOptions,
): (sourceAddress: string) => Promise<Folder | undefined> {
  const roles = new Map<string, Promise<Role | undefined>>();
  const credentials = new Map<string, Promise<InstanceCredentials>>();
  const readState = recent(options.readState, STATE_MS);
  return async (source) => {
    const state = await readState();
    const instance = instanceAt(state, source);
    if (instance === undefined) return undefined;
    const profile = instance.instanceProfileArn;
    const role = profile && (await once(roles, profile, () => roleOf(options.iam, profile)));
    return metadataOf(state, instance, {
      accountId: options.accountId,
      region: regionOf(instance),
      notice: options.noticeOf(instance),
      userData: () => readUserData(options.ec2In(regionOf(instance)), instance.id),
      ...(role ? { roleName: role.name } : {}),
      credentials: async () => {
        const current = await credentials.get(instance.id);
        if (
          current === undefined ||
          Date.parse(current.Expiration) - Date.now() < RENEW_BEFORE_MS
        ) {
          credentials.delete(instance.id);
        }
        const fresh = await once(credentials, instance.id, () =>
          assumeRole(options.sts, role ? role.arn : '', instance.id),
        );
        return JSON.stringify(fresh, undefined, 2);
      },
    });
  };
}

/** The instance that an address, or a prefix around it, is assigned to. */
export function instanceAt(state: Ec2State, source: string): Instance | undefined {
  const address = ipaddr.IPv4.isValid(source) ? ipaddr.IPv4.parse(source) : undefined;
  if (address === undefined) return undefined;
  const owner = state.networkInterfaces.find(
    ({ addresses, prefixes }) =>
      addresses.includes(source) ||
      prefixes.some((prefix) => address.match(ipaddr.IPv4.parseCIDR(prefix))),
  );
  return state.instances.find(
    (instance) => exists(instance) && instance.id === owner?.attachment?.instanceId,
  );
}

async function roleOf(iam: IAMClient, profileArn: string): Promise<Role | undefined> {
  const { InstanceProfile: profile } = await iam.send(
    new GetInstanceProfileCommand({ InstanceProfileName: profileArn.split('/').at(-1) }),
  );
  const role = profile?.Roles?.[0];
  if (role?.RoleName === undefined || role.Arn === undefined) return undefined;
  return { name: role.RoleName, arn: role.Arn };
}

async function readUserData(ec2: EC2Client, instanceId: string): Promise<string | undefined> {
  const { UserData } = await ec2.send(
    new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: 'userData' }),
  );
  const value = UserData?.Value;
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

/** The JSON of `iam/security-credentials/<role>`, with the spelling of the real service. */
interface InstanceCredentials {
  readonly Code: 'Success';
  readonly LastUpdated: string;
  readonly Type: 'AWS-HMAC';
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
}

/** EC2 names the session of an instance role after the instance. The authenticator relies on it. */
async function assumeRole(
  sts: STSClient,
  roleArn: string,
  instanceId: string,
): Promise<InstanceCredentials> {
  const { Credentials: issued } = await sts.send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: instanceId }),
  );
  if (issued === undefined) throw new Error(`no credentials for ${roleArn}`);
  return {
    Code: 'Success',
    LastUpdated: wholeSeconds(new Date()),
    Type: 'AWS-HMAC',
    AccessKeyId: issued.AccessKeyId ?? '',
    SecretAccessKey: issued.SecretAccessKey ?? '',
    Token: issued.SessionToken ?? '',
    Expiration: wholeSeconds(issued.Expiration ?? new Date()),
  };
}

function wholeSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Shares one result among the calls of the next `ms` milliseconds; failures are not shared. */
function recent<T>(read: () => Promise<T>, ms: number): () => Promise<T> {
  const known = new Map<string, Promise<T>>();
  let readAt = 0;
  return () => {
    if (Date.now() - readAt > ms) {
      known.clear();
      readAt = Date.now();
    }
    return once(known, 'latest', read);
  };
}

/** Caches a result by key. A failure is not cached, so the next call tries again. */
function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const existing = known.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}
