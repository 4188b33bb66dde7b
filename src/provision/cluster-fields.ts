import { z } from 'zod';
import { flag, list, oneOf } from '../github/inputs.ts';
import { parseCidr } from '../network/cidr.ts';

const NONE = 'none';
const LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];
const LOGS_ALLOWED = `none, or some of ${LOGS.join(', ')}`;
const CIDRS_ALLOWED = 'none, or at most 40 IPv4 networks such as 203.0.113.0/24';
/** EKS takes no more: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html */
const MOST_CIDRS = 40;

/** The inputs that shape the cluster itself, beside its version. */
export const clusterFields = {
  'nat-gateways': oneOf(['one', 'per-az', NONE]).default('one'),
  'secrets-encryption': flag().default(true),
  'endpoint-public-access-cidrs': noneOr(
    (cidr) => parseCidr(cidr) !== undefined,
    CIDRS_ALLOWED,
    MOST_CIDRS,
  ).default(['0.0.0.0/0']),
  'control-plane-logs': noneOr((log) => LOGS.includes(log), LOGS_ALLOWED, LOGS.length).default([
    'api',
    'audit',
    'authenticator',
  ]),
};

/** A list, or the word `none` for an empty one: an input that is left empty means its default. */
function noneOr(isAllowed: (item: string) => boolean, allowed: string, most: number) {
  return list(z.string().refine((item) => item === NONE || isAllowed(item), allowed))
    .refine((items) => items.length > 0 && items.length <= most, allowed)
    .refine((items) => new Set(items).size === items.length, `${allowed}, each once`)
    .refine((items) => items.length === 1 || !items.includes(NONE), allowed)
    .transform((items) => items.filter((item) => item !== NONE));
}
