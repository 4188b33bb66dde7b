import type { RegistryImage } from '../../stand-ins/registry/oci-image.ts';
import type { ToolSet } from '../../tools/install/tool-sets.ts';
import type { Tools } from '../../tools/install/tools.ts';
import type { Made } from '../fixtures/fixture.ts';
import type { Explanation, SuiteRun } from './suite-findings.ts';

/** The tests of another project, run in a rehearsed environment as that project wrote them. */
export interface ForeignSuite {
  /** Its line in the usage. */
  readonly about: string;
  /** Tools that it needs beside those of all. */
  readonly needs: readonly ToolSet[];
  /** Networks of its environment beside those of the matrix: by name, the other fields of the input `networks`. */
  readonly networks?: Readonly<Record<string, object>>;
  /** What verify is to expect of these networks, in the form of the input `expect`. */
  readonly expect?: readonly object[];
  /** What cannot pass in this environment, and why. Nothing else may fail. */
  readonly explanations: readonly Explanation[];
  /** The images that its pods name, which no registry gives here. */
  images(tools: Tools): Promise<readonly RegistryImage[]>;
  /** Runs the tests. */
  run(made: Made): Promise<SuiteRun>;
}
