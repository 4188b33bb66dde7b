/** What a person or a part of the rehearsal can ask for, each a group of programs used together. */
export const toolSets = [
  'lint',
  'moto',
  'control-plane',
  'runner',
  'node',
  'next-kubernetes',
  'kernel',
  'cni',
  'crane',
  'multus',
  'agnhost',
  'coredns',
  'helm',
  'whereabouts',
  'sig-network',
  'multus-e2e',
  'checkov',
  'browser',
  'gh',
  'unit-tests',
] as const;
export type ToolSet = (typeof toolSets)[number];

/** Each Go module is a folder beside this file: a `go.mod` whose `tool` lines name the programs. */
export const goModules = [
  'actionlint',
  'act',
  'cni-plugins',
  'cnitool',
  'crane',
  'multus',
  'multus-thin',
  'agnhost',
  'whereabouts',
  'coredns',
  'helm',
  'kubernetes',
  'kubernetes-next',
  'kubernetes-e2e',
] as const;
export type GoModule = (typeof goModules)[number];

export const NEXT_KUBERNETES: GoModule = 'kubernetes-next';

/** Have programs of the same names as other modules, so they are found by their own folders only. */
export const APART: ReadonlySet<GoModule> = new Set([
  NEXT_KUBERNETES,
  'whereabouts',
  'kubernetes-e2e',
]);

/** The packages of other projects whose tests are programs here: each becomes `<last word of its path>.test`. */
export const testPackages: Readonly<Partial<Record<GoModule, readonly string[]>>> = {
  whereabouts: ['e2e', 'e2e/poolconsistency'].map(
    (folder) => `github.com/k8snetworkplumbingwg/whereabouts/${folder}`,
  ),
  'kubernetes-e2e': ['k8s.io/kubernetes/test/e2e'],
};

export interface ToolPlan {
  readonly goModules: readonly GoModule[];
  readonly python: boolean;
  readonly checkov: boolean;
  /** Whether to make the system of the test images. */
  readonly testSystem: boolean;
  /** Whether to make the nodes' disk. */
  readonly image: boolean;
  /** Whether to build the nodes' kernel. Otherwise nodes run the one in the cache folder, or Debian's. */
  readonly kernel: boolean;
}

const nothing: ToolPlan = {
  goModules: [],
  python: false,
  checkov: false,
  testSystem: false,
  image: false,
  kernel: false,
};

const plans: Readonly<Record<ToolSet, Partial<ToolPlan>>> = {
  lint: { goModules: ['actionlint'], python: true },
  moto: { python: true },
  'control-plane': { goModules: ['kubernetes'] },
  runner: { goModules: ['act'] },
  node: {
    goModules: ['cni-plugins', 'multus', 'multus-thin', 'agnhost', 'kubernetes'],
    image: true,
  },
  'next-kubernetes': { goModules: ['kubernetes-next'] },
  kernel: { kernel: true },
  cni: { goModules: ['cni-plugins', 'cnitool'] },
  crane: { goModules: ['crane'] },
  multus: { goModules: ['multus-thin'] },
  agnhost: { goModules: ['agnhost'] },
  coredns: { goModules: ['coredns'] },
  helm: { goModules: ['helm'] },
  whereabouts: { goModules: ['whereabouts'] },
  'sig-network': { goModules: ['agnhost', 'kubernetes-e2e'], testSystem: true },
  'multus-e2e': { goModules: ['multus'], testSystem: true },
  checkov: { checkov: true },
  browser: {},
  gh: {},
  'unit-tests': {},
};

/** The union of what the sets need; Go modules in the order to build them, small ones first. */
export function planTools(sets: readonly ToolSet[]): ToolPlan {
  const wanted = sets.map((set) => ({ ...nothing, ...plans[set] }));
  return {
    goModules: goModules.filter((module) => wanted.some((plan) => plan.goModules.includes(module))),
    python: wanted.some((plan) => plan.python),
    checkov: wanted.some((plan) => plan.checkov),
    testSystem: wanted.some((plan) => plan.testSystem),
    image: wanted.some((plan) => plan.image),
    kernel: wanted.some((plan) => plan.kernel),
  };
}

/** Reads command-line words as tool sets; none means all of them. Throws on an unknown word. */
export function parseToolSets(words: readonly string[]): readonly ToolSet[] {
  if (words.length === 0) return toolSets;
  return words.map((word) => {
    const set = toolSets.find((known) => known === word);
    if (set === undefined) {
      throw new Error(`unknown tool set "${word}"; known are ${toolSets.join(', ')}`);
    }
    return set;
  });
}
