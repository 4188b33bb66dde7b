import { join } from 'node:path';
import { readGoMod, versionIn } from '../../tools/install/go-modules.ts';
import type { Made } from '../fixtures/fixture.ts';
import type { ForeignSuite } from './foreign-suite.ts';
import { readGinkgoOutput } from './ginkgo-output.ts';
import { runProgram } from './run-program.ts';
import type { SuiteRun } from './suite-findings.ts';
import { whereaboutsImage, whereaboutsTestImage } from './suite-images.ts';

const MODULE = 'github.com/k8snetworkplumbingwg/whereabouts';

/** The tests of whereabouts against its own release, which configure-multus installs. */
export const whereabouts: ForeignSuite = {
  about: "the whereabouts project's end-to-end tests",
  needs: ['whereabouts'],
  networks: {
    shared: {
      type: 'bridge',
      ipam: 'whereabouts',
      subnet: '192.168.60.0/24',
      range: '192.168.60.10-192.168.60.99',
    },
  },
  // A bridge ends at its node.
  expect: [{ from: 'shared', to: 'shared', scope: 'other-node', talk: false }],
  explanations: [
    {
      test: /stateful sets scale up \/ down/,
      reason:
        /Operation cannot be fulfilled on statefulsets\.apps "web": the object has been modified/,
      because:
        'the test reads the StatefulSet and then writes it without trying again, and the controller wrote its status between',
    },
    {
      test: /few IPs deleting a pod from the statefulset can recover from an exhausted IP pool/,
      reason:
        /^Timed out after 3\.\d+s\.\s+the IP allocation should be recreated\s[\s\S]*: IP allocation not recreated/,
      because:
        'the test waits three seconds for the successor of a deleted pod, and a busy simulated machine needs longer to start one',
    },
  ],
  images: async (tools) => [await whereaboutsImage(tools), await whereaboutsTestImage()],
  run: async ({ kubeconfig, tools, nodes }: Made): Promise<SuiteRun> => {
    const folder = tools.modules.whereabouts ?? '';
    const env = {
      ...process.env,
      KUBECONFIG: kubeconfig,
      // The project's own settings of size. Its workflow has five nodes with 110 pods each; these have 26 addresses for pods each.
      NUMBER_OF_COMPUTE_NODES: String(nodes),
      FILL_PERCENT_CAPACITY: '10',
    };
    const tests = ['poolconsistency', 'e2e'].map(async (name) => {
      const args = ['-test.timeout=1h', '-ginkgo.v', '-ginkgo.noColor'];
      const program = join(folder, `${name}.test`);
      const { lines } = await runProgram(`suite-whereabouts-${name}`, program, args, { env });
      return readGinkgoOutput(lines);
    });
    const version = versionIn(await readGoMod('whereabouts'), MODULE);
    return { version: `whereabouts ${version}`, tests: (await Promise.all(tests)).flat() };
  },
};
