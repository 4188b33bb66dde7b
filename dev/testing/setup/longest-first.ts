import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { CHECKOUT } from '../../tools/checkout.ts';

/**
 * The files whose tests take longest, a quarter of a minute and more, the longest first. They wait for machines, pollers and
 * namespaces more than they work, so the others run beside them. The last one would otherwise end long after all others.
 */
const LONGEST = [
  'src/provision/added-later.integration.test.ts',
  'src/provision/provision.integration.test.ts',
  'src/provision/destroy.integration.test.ts',
  'cfn/node-boot/boot-machines.integration.test.ts',
  'dev/stand-ins/vpc/vpc.integration.test.ts',
  'dev/testing/set-up/first-set-up.integration.test.ts',
  'dev/testing/api-server-faults/fault-table.integration.test.ts',
  'src/provision/iam-delay.integration.test.ts',
  'src/provision/zones/zones.integration.test.ts',
  'src/preview/many-at-once.integration.test.ts',
  'cfn/attach-enis/hook-trials.integration.test.ts',
  'src/provision/permissions.integration.test.ts',
  'src/provision/upgrade/upgrade.integration.test.ts',
  'cfn/node-boot/ipam-plugin.integration.test.ts',
  'src/multus/guard.integration.test.ts',
  'src/provision/rollout/failing-nodes.integration.test.ts',
  'cfn/node-boot/boot-script.integration.test.ts',
  'src/provision/sleep/sleep.integration.test.ts',
  'src/verify/interrupt.integration.test.ts',
  'dev/stand-ins/github/site.integration.test.ts',
  'src/provision/node-extras/node-extras.integration.test.ts',
  'src/rollout/probe-node.integration.test.ts',
  'src/provision/given-up-launch.integration.test.ts',
  'src/provision/shared-outputs/shared-outputs.integration.test.ts',
  'src/provision/guard/guard.integration.test.ts',
  'src/connectivity/report/page.integration.test.ts',
  'dev/testing/corpus/aws-auth.integration.test.ts',
  'src/multus/update.integration.test.ts',
  'cfn/node-boot/cnitool.integration.test.ts',
  'dev/stand-ins/cluster/control-plane.integration.test.ts',
  'src/cloudformation/stack-statuses.integration.test.ts',
  'src/provision/capacity/spot-groups.integration.test.ts',
  'src/configure-multus/cluster.integration.test.ts',
  'src/provision/on-base.integration.test.ts',
  'src/connect/cluster.integration.test.ts',
  'dev/testing/set-up/other-hosts.integration.test.ts',
  'src/provision/given-cluster/given-cluster.integration.test.ts',
  'src/provision/given-vpc/given-vpc.integration.test.ts',
  'src/configure-multus/hostile-cluster.integration.test.ts',
  'dev/testing/aws-facts/stand-in.integration.test.ts',
  'dev/testing/set-up/doctor.integration.test.ts',
  'src/multus/upgrade.integration.test.ts',
  'dev/stand-ins/instance/ipv6.integration.test.ts',
  'src/connectivity/probe/exchange-script.integration.test.ts',
  'src/provision/preflight/without-internet.integration.test.ts',
  'dev/testing/corpus/definitions.integration.test.ts',
  'src/environment/taints.integration.test.ts',
  'src/cloudformation/as-aws-is.integration.test.ts',
  'src/provision/poisoned-bucket.integration.test.ts',
  'src/connectivity/probe/probe-script.integration.test.ts',
].map((file) => join(CHECKOUT, file));

/**
 * Starts the longest files first and those of `unit`, which wait for nothing, last. The other
 * files are in the order that vitest chooses: by the durations of the last run.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const missing = LONGEST.filter((file) => !existsSync(file));
    if (missing.length > 0) throw new Error(`no longer there: ${missing.join(', ')}`);
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  const at = LONGEST.indexOf(moduleId);
  if (at >= 0) return at;
  return LONGEST.length + (project.name === 'unit' ? 1 : 0);
}
