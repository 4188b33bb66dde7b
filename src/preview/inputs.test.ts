import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { packFile } from '../core/pack-files.ts';
import { inputSchema, readPreviewInputs } from './inputs.ts';

const { inputs } = parse(readFileSync(packFile('actions', 'preview', 'action.yml'), 'utf8')) as {
  inputs: Readonly<Record<string, { readonly description: string }>>;
};
const commands = inputSchema.shape.command.options;

/** The commands that do not run without an input. */
function commandsThatNeed(input: string): readonly string[] {
  return commands.filter((command) => {
    try {
      readPreviewInputs((name) => (name === 'command' ? command : ''));
      return false;
    } catch (error) {
      return (error as Error).message.includes(`"${input}"`);
    }
  });
}

it.each(['name', 'aws-region'])('action.yml says which commands need the input %s', (input) => {
  const [, said = ''] = /needed by (.*)$/.exec(inputs[input]?.description ?? '') ?? [];
  const listed = [...said.matchAll(/`([\w-]+)`/g)].map(([, command]) => command);
  expect(listed.length).toBeGreaterThan(0);
  expect(listed.toSorted()).toEqual(commandsThatNeed(input).toSorted());
});
