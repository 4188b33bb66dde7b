import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Service, startService } from '../../tools/process.ts';
import type { ApiServer } from './api-server.ts';
import { issue } from './certificates.ts';
import { kubeconfig } from './kubeconfig.ts';
import type { ControlPlaneTools } from './tools.ts';

export interface ControllersOptions {
  readonly tools: ControlPlaneTools;
  readonly api: ApiServer;
  readonly clusterName: string;
  readonly runDir: string;
  readonly logDir: string;
}

/** Starts kube-controller-manager and kube-scheduler, each with its own client certificate. */
export async function startControllers(options: ControllersOptions): Promise<readonly Service[]> {
  const { api, runDir } = options;
  const [controllerManager, scheduler] = await Promise.all([
    userKubeconfig(api, runDir, 'system:kube-controller-manager'),
    userKubeconfig(api, runDir, 'system:kube-scheduler'),
  ]);
  const start = (name: string, config: string, args: readonly string[]) =>
    startService(
      name,
      join(options.tools.bin, name),
      [`--kubeconfig=${config}`, '--leader-elect=false', '--secure-port=0', ...args],
      { log: join(options.logDir, `${name}.log`) },
    );
  return [
    start('kube-controller-manager', controllerManager, [
      `--cluster-name=${options.clusterName}`,
      `--service-account-private-key-file=${api.serviceAccountKey}`,
      `--root-ca-file=${api.authority.certificate}`,
      `--cluster-signing-cert-file=${api.authority.certificate}`,
      `--cluster-signing-key-file=${api.authority.key}`,
      '--use-service-account-credentials=true',
    ]),
    start('kube-scheduler', scheduler, []),
  ];
}

/** Writes a kubeconfig whose client certificate makes its holder `user`; resolves with the path. */
export async function userKubeconfig(
  api: ApiServer,
  runDir: string,
  user: string,
): Promise<string> {
  const name = user.replaceAll(':', '-');
  const client = await issue(api.authority, name, { commonName: user });
  const path = join(runDir, `${name}.kubeconfig`);
  const content = { server: api.endpoint, authority: api.authority.certificate, client };
  await writeFile(path, kubeconfig(content), { mode: 0o600 });
  return path;
}
