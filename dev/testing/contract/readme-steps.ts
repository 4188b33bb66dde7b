import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../tools/checkout.ts';

/** The steps of the README's first environment, by the texts with which they begin, and what comes after them. */
const STARTS = ['**1. ', '**2. ', '**3. ', '**4. ', '**5. ', '**6. ', '**7. ', '## Pull request'];

/** The blocks of shell commands in a text. */
export function shellBlocks(text: string): readonly string[] {
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = '']) => commands);
}

/**
 * The blocks of shell commands of each step, from step 1.
 *
 * @throws Error when the README has no such step, or a step without commands
 */
export function stepsOfReadme(): readonly (readonly string[])[] {
  const text = readFileSync(join(CHECKOUT, 'README.md'), 'utf8');
  return STARTS.slice(0, -1).map((start, index) => {
    const [from, to] = [text.indexOf(start), text.indexOf(STARTS[index + 1] ?? '')];
    const blocks = to < from ? [] : shellBlocks(text.slice(from, to));
    if (from < 0 || blocks.length === 0) throw new Error(`README: no step ${start}`);
    return blocks;
  });
}
