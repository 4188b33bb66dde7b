import { expect, it } from 'vitest';
import { commandsIn } from '../../dev/stand-ins/github/runner-commands.ts';
import { startNode } from '../../dev/testing/programs/start-node.ts';
import { packFile } from '../core/pack-files.ts';

it('shows an error that nobody caught without its commands and secrets', async () => {
  const script = startNode(packFile('dev', 'testing', 'programs', 'throw-later.ts'), {
    PATH: process.env['PATH'],
  });
  expect(await script.exited).toBe(1);
  const commands = commandsIn(script.log());
  expect(commands.map(({ name }) => name)).toEqual(['add-mask', 'error']);
  expect(script.log()).toContain('Unexpected failure, please report it');
  expect(script.log().match(/opaque-secret-of-the-job/g)).toHaveLength(1);
});
