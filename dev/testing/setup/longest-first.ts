import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { CHECKOUT } from '../../tools/checkout.ts';

/**
 * The files whose tests take longest, the longest first. They wait for machines, pollers and namespaces more than they
 * work, so the others run beside them.
 */
const LONGEST = [
  'cfn/node-boot/boot-machines.integration.test.ts',
  'dev/testing/api-server-faults/fault-table.integration.test.ts',
  'src/provision/provision.integration.test.ts',
  'dev/testing/set-up/first-set-up.integration.test.ts',
  'src/provision/destroy.integration.test.ts',
  'src/multus/guard.integration.test.ts',
  'src/provision/permissions.integration.test.ts',
  'src/preview/many-at-once.integration.test.ts',
  'cfn/attach-enis/hook-trials.integration.test.ts',
  'src/connectivity/report/page.integration.test.ts',
  'src/connect/cluster.integration.test.ts',
  'src/provision/guard/guard.integration.test.ts',
  'dev/testing/set-up/other-hosts.integration.test.ts',
  'src/verify/interrupt.integration.test.ts',
  'src/provision/preflight/preflight.integration.test.ts',
  'src/provision/preflight/without-internet.integration.test.ts',
  'src/provision/given-vpc/given-vpc.integration.test.ts',
  'src/provision/sleep/sleep.integration.test.ts',
  'dev/testing/set-up/doctor.integration.test.ts',
  'dev/stand-ins/vpc/vpc.integration.test.ts',
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
