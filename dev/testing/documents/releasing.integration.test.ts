import { expect, it } from 'vitest';
import { startGithubApi } from '../../stand-ins/github/api/server.ts';
import { leadGh } from '../../stand-ins/github/gh-command.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { commandsBetween, runCommands } from '../programs/document-commands.ts';

it('the commands of RELEASING.md make rulesets that keep others from the tags', async () => {
  await ensureTools(['gh'], consoleProgress());
  const github = await startGithubApi(0);
  const repository = 'OWNER/eks-multus-actions';
  const gh = await leadGh(github, github.token(repository, { administration: 'write' }));
  try {
    const [commands = ''] = commandsBetween('RELEASING.md', '## Once per', '## Each release');
    await runCommands(commands, { ...gh.env, PATH: process.env['PATH'] });
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
    await gh.stop();
    await github.stop();
  }
});
