import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { credentialProvider } from '../aws/credentials.ts';
import { actionsLog as log } from '../github/actions-log.ts';
import { idToken } from '../github/id-token.ts';
import { mask } from '../github/mask.ts';
import { exportVariable, setOutputs } from '../github/outputs.ts';
import { runAction } from '../github/run-action.ts';
import { connect } from '../kubernetes/connection.ts';
import { execCredential } from './exec-credential.ts';
import { readConnectInputs } from './inputs.ts';
import { kubeconfigText, TOKEN_COMMAND, TOKEN_VARIABLE } from './kubeconfig-file.ts';
import { connectOutputs } from './outputs.ts';

const [, script = '', command] = process.argv;

await runAction(command === TOKEN_COMMAND ? printToken : writeKubeconfig);

/** The step of a job: checks that the cluster lets the job in, then writes the kubeconfig. */
async function writeKubeconfig(): Promise<void> {
  const inputs = readConnectInputs();
  const { environment, role } = inputs;
  const { cluster, region } = environment;
  const request = { region, ...role, sessionName: 'eks-multus-connect' };
  const credentials = credentialProvider(request, { idToken, mask });
  const roleArn = role.chainedRoleArn ?? role.roleArn;
  await connect({ kind: 'eks', ...cluster, region }, { log, credentials, roleArn });
  const folder = join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'eks-multus', environment.name);
  const path = resolve(inputs.kubeconfig ?? join(folder, 'kubeconfig'));
  mkdirSync(dirname(path), { recursive: true });
  const text = kubeconfigText(inputs, { command: process.execPath, script: resolve(script) });
  writeFileSync(path, text, { mode: 0o600 });
  exportVariable('KUBECONFIG', path);
  setOutputs(connectOutputs(inputs, path));
}

/** What kubectl, helm and others run in later steps. They read standard output, so everything else goes to standard error. */
async function printToken(): Promise<void> {
  const print = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  const credential = await execCredential(
    JSON.parse(process.env[TOKEN_VARIABLE] ?? '{}'),
    new Date(),
  );
  await new Promise((written) => print(`${credential}\n`, written));
}
