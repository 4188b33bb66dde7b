import type { AwsCall } from '../gateway/aws-call.ts';
import type { AwsResponse } from '../gateway/service.ts';
import { accountFacts, type FactSources } from './account-facts.ts';
import { denial } from './denial.ts';
import type { Identities } from './identities.ts';
import { cloudFormationRequests } from './requests/cloudformation.ts';
import { ec2Requests } from './requests/ec2.ts';
import { iamRequests } from './requests/iam.ts';
import {
  autoScalingRequests,
  eksRequests,
  eventsRequests,
  kmsRequests,
  lambdaRequests,
  logsRequests,
  schedulerRequests,
  ssmRequests,
} from './requests/json-services.ts';
import type { AccountFacts, RequestsOf } from './requests/request-facts.ts';
import { s3Requests } from './requests/s3.ts';
import { decide } from './simulate.ts';

/** What the checks of a call came to. */
export interface Verdict {
  /** The role that called. */
  readonly role: string;
  /** The actions that were checked, such as `iam:PassRole` for a call that hands over a role. */
  readonly actions: readonly string[];
  /** The answer of a call that is not allowed, and why. */
  readonly refusal?: { readonly answer: AwsResponse; readonly reason: string };
}

/** Checks a call. Undefined for callers whose permissions are not checked. */
export type Authorize = (call: AwsCall) => Promise<Verdict | undefined>;

const REQUESTS: Readonly<Record<string, RequestsOf>> = {
  autoscaling: autoScalingRequests,
  cloudformation: cloudFormationRequests,
  ec2: ec2Requests,
  eks: eksRequests,
  events: eventsRequests,
  iam: iamRequests,
  kms: kmsRequests,
  lambda: lambdaRequests,
  logs: logsRequests,
  s3: s3Requests,
  scheduler: schedulerRequests,
  ssm: ssmRequests,
};

/** The check of a service that the roles only read. */
const anyResource: RequestsOf = async (call) => [
  { action: `${call.service}:${call.action}`, resource: '*' },
];

/**
 * Checks calls of roles by their policies and boundaries, as IAM has them at the moment. STS is left out: everybody may ask
 * who they are, and roles decide by their trust policies who takes them on.
 */
export function createAuthorize(
  identities: Identities,
  sources: Omit<FactSources, 'region'>,
): Authorize {
  const facts = new Map<string, AccountFacts>();
  return async (call) => {
    if (call.service === 'sts') return undefined;
    const caller = await identities.callerOf(call);
    if (caller === undefined) return undefined;
    const known = facts.get(call.region) ?? accountFacts({ ...sources, region: call.region });
    facts.set(call.region, known);
    const requestsOf = REQUESTS[call.service] ?? anyResource;
    const requests = await requestsOf(call, known);
    if (requests.length === 0) {
      throw new Error(`${call.service} ${call.action}: nothing says what this call needs`);
    }
    const permissions = await identities.permissionsOf(caller.role);
    const { role } = caller;
    const actions = requests.map(({ action }) => action);
    for (const request of requests) {
      const decision = await decide(permissions, request);
      if (decision === 'allowed') continue;
      const refusal = denial(call, caller.session, request, decision);
      return { role, actions, refusal };
    }
    return { role, actions };
  };
}
