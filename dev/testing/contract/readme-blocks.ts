import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../tools/checkout.ts';

/**
 * Who runs a block: the newcomer's walk (`npm run rehearse -- --workflow newcomer`), `npm run check`, a contract test, or CI.
 */
export type BlockRunner = 'walk' | 'check' | 'contract' | 'ci';

interface Block {
  /** The words with which it begins. */
  readonly begins: string;
  readonly runners: readonly BlockRunner[];
}

/** The blocks of the README that a reader can use, in its order. */
const BLOCKS = {
  'try it': { begins: 'npm ci && npm run rehearse ', runners: ['ci'] },
  'set up': { begins: 'PACK=', runners: ['walk', 'check'] },
  commit: {
    begins: 'git add .github/workflows\ngit commit --message "Add Multus',
    runners: ['walk', 'check'],
  },
  'check and plan': {
    begins: 'gh workflow run multus-by-hand.yml --ref main --field what=check',
    runners: ['walk', 'check'],
  },
  deploy: {
    begins: 'gh workflow run multus-by-hand.yml --ref main --field what=deploy',
    runners: ['walk', 'check'],
  },
  // It needs the cluster.
  connect: { begins: 'export KUBECONFIG=', runners: ['walk'] },
  attach: { begins: 'metadata:', runners: ['contract'] },
  'add previews': { begins: 'bash setup.sh --workflows ', runners: ['walk', 'check'] },
  destroy: {
    begins: 'gh workflow run multus-by-hand.yml --ref main --field what=destroy',
    runners: ['walk', 'check'],
  },
  undo: { begins: 'bash setup.sh --undo', runners: ['walk', 'check'] },
} as const satisfies Readonly<Record<string, Block>>;

export type BlockName = keyof typeof BLOCKS;

export const README = readFileSync(join(CHECKOUT, 'README.md'), 'utf8');

/** The blocks of a text that have a language, in order. */
export function blocksIn(text: string): readonly { language: string; text: string }[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', block = '']) => ({ language, text: block }),
  );
}

/** The names of all blocks, or of those that somebody runs, in the README's order. */
export function blockNames(runner?: BlockRunner): readonly BlockName[] {
  const names = Object.keys(BLOCKS) as BlockName[];
  const runs = (name: BlockName) => BLOCKS[name].runners as readonly BlockRunner[];
  return names.filter((name) => runner === undefined || runs(name).includes(runner));
}

/** Whether the text of a block is that of the named one. */
export function isBlock(name: BlockName, text: string): boolean {
  return text.startsWith(BLOCKS[name].begins);
}

/**
 * The text of a block.
 *
 * @throws Error unless the README has exactly one such block
 */
export function readmeBlock(name: BlockName): string {
  const [found, ...more] = blocksIn(README).filter(({ text }) => isBlock(name, text));
  if (found === undefined || more.length > 0)
    throw new Error(`README.md: ${more.length === 0 ? 'no block' : 'several blocks'} "${name}"`);
  return found.text;
}
