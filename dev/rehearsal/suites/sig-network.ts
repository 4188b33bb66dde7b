import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readGoMod, versionIn } from '../../tools/install/go-modules.ts';
import type { Made } from '../fixtures/fixture.ts';
import { LOG_FOLDER } from '../run-folder.ts';
import type { ForeignSuite } from './foreign-suite.ts';
import { readGinkgoReport } from './ginkgo-output.ts';
import { runProgram } from './run-program.ts';
import type { SuiteRun } from './suite-findings.ts';
import { conformanceImages } from './suite-images.ts';

const NAME = 'suite-sig-network';
const FOCUS = '\\[sig-network\\].*\\[Conformance\\]';
/** How many specs run at a time. Most of them wait for most of their time. */
const AT_ONCE = 3;

/** Kubernetes' conformance tests of its network. */
export const sigNetwork: ForeignSuite = {
  about: "Kubernetes' conformance tests of [sig-network]",
  needs: ['sig-network'],
  explanations: [],
  images: conformanceImages,
  run: async ({ kubeconfig, tools }: Made): Promise<SuiteRun> => {
    const folder = tools.modules['kubernetes-e2e'] ?? '';
    const report = `${NAME}.json`;
    const options = [
      `--procs=${AT_ONCE}`,
      '--no-color',
      '--timeout=1h',
      `--focus=${FOCUS}`,
      `--output-dir=${LOG_FOLDER}`,
      `--json-report=${report}`,
      join(folder, 'e2e.test'),
    ];
    const cluster = [`--kubeconfig=${kubeconfig}`, '--provider=skeleton'];
    const args = [...options, '--', ...cluster];
    await runProgram(NAME, join(folder, 'ginkgo'), args, { cwd: LOG_FOLDER });
    const version = versionIn(await readGoMod('kubernetes-e2e'), 'k8s.io/kubernetes');
    return {
      version: `Kubernetes ${version}, sig-network`,
      tests: readGinkgoReport(await readFile(join(LOG_FOLDER, report), 'utf8')),
    };
  },
};
