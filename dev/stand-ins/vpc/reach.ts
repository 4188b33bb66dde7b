import ipaddr from 'ipaddr.js';
import type { Ec2State, NetworkInterface } from './ec2-state.ts';
import type { Rule, SecurityGroup } from './security-groups.ts';

/** HTTPS, by which everything outside of a VPC is asked. */
const HTTPS = 443;

/** Whether an interface reaches the internet by HTTPS. Pure. */
export function reachesInternet(state: Ec2State, eni: NetworkInterface): boolean {
  return (state.waysOut.get(eni.subnetId)?.internet ?? false) && mayLeave(state, eni);
}

/**
 * Whether an interface reaches a service of AWS in its region, such as `ec2` or `ecr.api`. Where the VPC has an interface endpoint with
 * private DNS, the service's name leads there and nowhere else, so the endpoint's groups decide. Otherwise a gateway endpoint or the
 * internet leads there. Policies of endpoints are left out. Pure.
 */
export function reachesService(state: Ec2State, eni: NetworkInterface, service: string): boolean {
  const ways = state.waysOut.get(eni.subnetId);
  if (ways === undefined || !mayLeave(state, eni)) return false;
  const named = ways.byName.filter((one) => one.service === service);
  if (named.length > 0) {
    return named.some(({ groupIds }) =>
      groupsOf(state, groupIds).some(({ ingress }) => ingress.some((rule) => lets(rule, eni))),
    );
  }
  return ways.byRoute.includes(service) || ways.internet;
}

/** Whether a group of the interface lets HTTPS out to everywhere. */
function mayLeave(state: Ec2State, { securityGroups }: NetworkInterface): boolean {
  const ids = securityGroups.map(({ id }) => id);
  return groupsOf(state, ids).some(({ egress }) =>
    egress.some((rule) => isOfHttps(rule) && rule.cidrs.includes('0.0.0.0/0')),
  );
}

function lets(rule: Rule, { addresses, securityGroups }: NetworkInterface): boolean {
  if (!isOfHttps(rule)) return false;
  const [address = ''] = addresses;
  return (
    rule.cidrs.some((cidr) => ipaddr.parse(address).match(ipaddr.parseCIDR(cidr))) ||
    securityGroups.some(({ id }) => rule.groups.includes(id))
  );
}

function isOfHttps({ protocol, from = -1, to = -1 }: Rule): boolean {
  if (protocol === '-1') return true;
  if (protocol !== 'tcp' && protocol !== '6') return false;
  return from < 0 || (from <= HTTPS && HTTPS <= to);
}

function groupsOf({ securityGroups }: Ec2State, ids: readonly string[]): readonly SecurityGroup[] {
  return securityGroups.filter(({ id }) => ids.includes(id));
}
