/** What a person or a part of the rehearsal can ask for, each a group of programs used together. */
export const toolSets = [
  'lint',
  'moto',
  'control-plane',
  'runner',
  'node',
  'cni',
  'multus',
  'checkov',
  'browser',
  'unit-tests',
] as const;
export type ToolSet = (typeof toolSets)[number];

/** Each Go module is a folder beside this file: a `go.mod` whose `tool` lines name the programs. */
export const goModules = [
  'actionlint',
  'act',
  'cni-plugins',
  'multus',
  'multus-thin',
  'kubernetes',
] as const;
export type GoModule = (typeof goModules)[number];

export interface ToolPlan {
  readonly goModules: readonly GoModule[];
  readonly python: boolean;
  readonly checkov: boolean;
  readonly image: boolean;
}

const plans: Readonly<Record<ToolSet, ToolPlan>> = {
  lint: { goModules: ['actionlint'], python: true, checkov: false, image: false },
  moto: { goModules: [], python: true, checkov: false, image: false },
  'control-plane': { goModules: ['kubernetes'], python: false, checkov: false, image: false },
  runner: { goModules: ['act'], python: false, checkov: false, image: false },
  cni: { goModules: ['cni-plugins'], python: false, checkov: false, image: false },
  multus: { goModules: ['multus-thin'], python: false, checkov: false, image: false },
  browser: { goModules: [], python: false, checkov: false, image: false },
  'unit-tests': { goModules: [], python: false, checkov: false, image: false },
  checkov: { goModules: [], python: false, checkov: true, image: false },
  node: {
    goModules: ['cni-plugins', 'multus', 'multus-thin', 'kubernetes'],
    python: false,
    checkov: false,
    image: true,
  },
};

/** The union of what the sets need; Go modules in the order to build them, small ones first. */
export function planTools(sets: readonly ToolSet[]): ToolPlan {
  const wanted = sets.map((set) => plans[set]);
  return {
    goModules: goModules.filter((module) => wanted.some((plan) => plan.goModules.includes(module))),
    python: wanted.some((plan) => plan.python),
    checkov: wanted.some((plan) => plan.checkov),
    image: wanted.some((plan) => plan.image),
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
