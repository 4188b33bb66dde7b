import { parseArgs } from 'node:util';
import type { Switches } from '../stand-ins/aws/faults/switches.ts';
import {
  DEFAULT_FIXTURE,
  findFixture,
  fixtureOfSuite,
  listFixtures,
  listSuites,
} from './fixtures/find-fixture.ts';
import { listScenarios, scenarioName } from './scenarios/scenario-names.ts';
import { readSwitches, SWITCH_OPTIONS, SWITCH_USAGE } from './switch-options.ts';

/** The command line of `npm run rehearse`, parsed. */
export type Command =
  | ({ readonly name: 'rehearse'; readonly keep: boolean } & LabOptions)
  | ({ readonly name: 'up' } & LabOptions)
  | { readonly name: 'down' | 'status' | 'help' }
  | { readonly name: 'kubectl'; readonly args: readonly string[] };

interface LabOptions {
  /** The name of the fixture. */
  readonly fixture: string;
  /** The scenario to rehearse instead of the fixture, by its workflow. */
  readonly workflow?: string | undefined;
  readonly nodes: number;
  readonly switches: Partial<Switches>;
}

export const USAGE = `usage: npm run rehearse -- [command] [options]

  (no command)      the whole lab: provision, configure, verify, destroy, and proof that nothing is left
  up                the lab up to verify, then leave it running
  kubectl ARGS…     kubectl against the running lab
  status            what is running
  down              end it, leave nothing

  --nodes N         worker nodes (default 2, or as many as the fixture wants)
  --fixture NAME    what is rehearsed:
${listFixtures()}
  --suite NAME      the tests of another project, in an environment of their own, instead of a fixture:
${listSuites()}
  --workflow NAME   a workflow, as another repository calls it, instead of a fixture:
${listScenarios()}
  --keep            do not destroy at the end; leave the lab running

${SWITCH_USAGE}`;

const MOST_NODES = 8;

/**
 * Parses the command line.
 *
 * @throws Error with the usage when a word or option is unknown.
 */
export function parseCommand(argv: readonly string[]): Command {
  if (argv[0] === 'kubectl') return { name: 'kubectl', args: argv.slice(1) };
  const { values, positionals } = parse(argv);
  const [name = 'rehearse', ...extra] = positionals;
  if (extra.length > 0) throw new Error(`unexpected word "${extra[0]}"\n\n${USAGE}`);
  if (values.help) return { name: 'help' };
  const fixture = values.suite === undefined ? values.fixture : fixtureOfSuite(values.suite);
  const usual = findFixture(fixture).nodes;
  const nodes = nodeCount(values.nodes) ?? usual;
  const workflow = scenarioName(values.workflow);
  const lab = { fixture, workflow, nodes, switches: readSwitches(values) };
  switch (name) {
    case 'rehearse':
      return { name, keep: values.keep, ...lab };
    case 'up':
      return { name, ...lab };
    case 'down':
    case 'status':
    case 'help':
      return { name };
    default:
      throw new Error(`unknown command "${name}"\n\n${USAGE}`);
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        keep: { type: 'boolean', default: false },
        nodes: { type: 'string' },
        fixture: { type: 'string', default: DEFAULT_FIXTURE },
        suite: { type: 'string' },
        workflow: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
        ...SWITCH_OPTIONS,
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function nodeCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const nodes = Number(text);
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MOST_NODES) {
    throw new Error(`--nodes: got "${text}"; allowed: a whole number from 1 to ${MOST_NODES}`);
  }
  return nodes;
}
