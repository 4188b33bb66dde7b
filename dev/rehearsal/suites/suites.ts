import type { Tools } from '../../tools/install/tools.ts';
import type { Finding } from '../../tools/table.ts';
import type { Fixture } from '../fixtures/fixture.ts';
import { matrix } from '../fixtures/matrix.ts';
import type { ForeignSuite } from './foreign-suite.ts';
import { multus } from './multus.ts';
import { pullImages } from './pull-images.ts';
import { sigNetwork } from './sig-network.ts';
import { suiteFindings } from './suite-findings.ts';
import { coreDns } from './suite-images.ts';
import { whereabouts } from './whereabouts.ts';

/** The suites of other projects, by the names of the option `--suite`. */
export const SUITES: Readonly<Record<string, ForeignSuite>> = {
  whereabouts,
  multus,
  'sig-network': sigNetwork,
};

/**
 * The environment in which suites run, one after the other: two nodes with two networks, and CoreDNS. They run after verify.
 *
 * @param about the line of the fixture in the usage
 */
export function suiteFixture(about: string, suites: readonly ForeignSuite[]): Fixture {
  const networks = suites.flatMap((suite) => Object.entries(suite.networks ?? {}));
  const expect = suites.flatMap((suite) => suite.expect ?? []);
  const imagesOfSuites = async (tools: Tools) =>
    (await Promise.all(suites.map((suite) => suite.images(tools)))).flat();
  return {
    ...matrix,
    about,
    needs: ['coredns', ...suites.flatMap(({ needs }) => needs)],
    networks: [...matrix.networks, ...networks.map(([name]) => name)],
    inputs: (given) => {
      const inputs = matrix.inputs(given);
      const more = networks.map(([name, fields]) => `- ${JSON.stringify({ name, ...fields })}`);
      return {
        ...inputs,
        networks: [inputs['networks'], ...more].join('\n'),
        ...(expect.length === 0 ? {} : { expect: JSON.stringify(expect) }),
        // The suites judge. A packet that a busy host loses in verify must not be the end before the first of them.
        'warn-only': 'true',
      };
    },
    images: async (tools) => [await coreDns(tools), ...(await imagesOfSuites(tools))],
    check: async (made) => {
      await pullImages(made.kubectl, await imagesOfSuites(made.tools));
      const findings: Finding[] = [];
      for (const suite of suites) {
        findings.push(...suiteFindings(await suite.run(made), suite.explanations));
      }
      return findings;
    },
  };
}
