import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startGithubApi } from '../../stand-ins/github/api/server.ts';
import { commandsBetween, ghFolder, runCommands } from '../programs/document-commands.ts';

it('the commands of RELEASING.md make rulesets that keep others from the tags', async () => {
  const github = await startGithubApi(0);
  const folder = ghFolder();
  try {
    const repository = 'OWNER/eks-multus-actions';
    const [commands = ''] = commandsBetween('RELEASING.md', '## Once per', '## Each release');
    await runCommands(commands, {
      PATH: `${folder}:${process.env['PATH']}`,
      GITHUB_API_URL: github.url,
      GH_TOKEN: github.token(repository, { administration: 'write' }),
    });
    const { rulesets } = github.repository(repository);
    expect(rulesets).toMatchObject([
      {
        conditions: { ref_name: { include: ['refs/tags/v*.*.*'] } },
        rules: [{ type: 'update' }, { type: 'deletion' }],
      },
      {
        conditions: { ref_name: { include: ['refs/tags/v*'] } },
        rules: [{ type: 'creation' }, { type: 'update' }, { type: 'deletion' }],
      },
    ]);
    expect(rulesets[0]).not.toHaveProperty('bypass_actors');
    expect(github.calls.flatMap(({ problems }) => problems)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
    await github.stop();
  }
});
