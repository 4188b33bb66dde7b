import { expect, it } from 'vitest';
import { run } from '../process.ts';
import { onceUnlocked } from './apt.ts';

it('waits while another program has the package lists locked, and for nothing else', async () => {
  const said = [
    'Could not get lock /var/lib/apt/lists/lock.',
    'Could not get lock',
    'No space left',
  ];
  const apt = () => run('sh', ['-c', 'echo "E: $1" >&2; exit 100', 'apt-get', said.shift() ?? '']);
  await expect(onceUnlocked(apt, 1)).rejects.toThrow('No space left');
  expect(said).toEqual([]);
  await onceUnlocked(() => run('true', []));
});
