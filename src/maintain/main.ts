import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { withoutCredentials } from '../core/redact.ts';
import { actionsLog } from '../github/actions-log.ts';
import { addSummary, setOutputs } from '../github/outputs.ts';
import { repositoryClient } from '../github/repository-client.ts';
import { runAction } from '../github/run-action.ts';
import { runUrl, workflowRun } from '../github/workflow-run.ts';
import { readMaintainInputs } from './inputs.ts';
import { maintain } from './run.ts';

await runAction(async () => {
  const inputs = readMaintainInputs();
  await maintain({
    inputs,
    github: repositoryClient(inputs.githubToken, workflowRun(process.env).repository),
    branch: process.env['GITHUB_REF_NAME'] ?? 'local',
    runUrl: runUrl(process.env),
    now: () => Date.now(),
    readFile: (path) => readFile(path, 'utf8'),
    async writeFile(path, text) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, withoutCredentials(text));
    },
    log: actionsLog,
    setOutputs: (outputs) => setOutputs({ ...outputs }),
    addSummary,
  });
});
