import type { AccountFacts } from '../facts.ts';
import type { SetUp } from '../set-up.ts';
import { checkEndpoints } from './check-endpoints.ts';
import { checkGivenCluster } from './check-given-cluster.ts';
import { checkGivenVpc } from './check-given-vpc.ts';
import { checkAdministrators, checkIdentity } from './check-identity.ts';
import { checkImages } from './check-images.ts';
import { checkInstanceTypes, checkOfferings } from './check-instance-types.ts';
import { checkKeyPair, checkNames } from './check-names.ts';
import { checkNetwork } from './check-network.ts';
import { checkNetworkAcls } from './check-network-acls.ts';
import { checkNodeImages } from './check-node-images.ts';
import { checkDeployer, checkServiceRole } from './check-permissions.ts';
import { checkQuotas } from './check-quotas.ts';
import { checkRoutes } from './check-routes.ts';
import { checkRunner } from './check-runner.ts';
import { checkSubnets } from './check-subnets.ts';
import { checkAddons, checkInsights, checkKubelets } from './check-upgrade.ts';
import { checkVersion } from './check-version.ts';
import { checkWaysOut } from './check-ways-out.ts';
import { checkZones } from './check-zones.ts';
import type { Check, Finding } from './finding.ts';

/** In the order of the report. */
const CHECKS: readonly Check[] = [
  checkIdentity,
  checkDeployer,
  checkServiceRole,
  checkZones,
  checkVersion,
  checkInsights,
  checkKubelets,
  checkAddons,
  checkInstanceTypes,
  checkOfferings,
  checkNodeImages,
  checkQuotas,
  checkNetwork,
  checkGivenCluster,
  checkGivenVpc,
  checkWaysOut,
  checkEndpoints,
  checkNetworkAcls,
  checkRoutes,
  checkSubnets,
  checkRunner,
  checkImages,
  checkNames,
  checkKeyPair,
  checkAdministrators,
];

export interface CheckResult {
  readonly name: string;
  readonly findings: readonly Finding[];
  /** Why facts that it needs are not known, each reason once. */
  readonly unknown: readonly string[];
}

/** Makes all checks that this set-up needs. Pure. */
export function runChecks(setUp: SetUp, facts: AccountFacts): readonly CheckResult[] {
  return CHECKS.flatMap(({ name, needs, find }) => {
    const answers = needs.map((fact) => facts[fact]).filter((answer) => answer !== undefined);
    // Nobody asked for its facts, so this set-up does not need it.
    if (needs.length > 0 && answers.length === 0) return [];
    const reasons = answers.flatMap((answer) => ('unknown' in answer ? [answer.unknown] : []));
    return [{ name, findings: find(setUp, facts), unknown: [...new Set(reasons)] }];
  });
}
