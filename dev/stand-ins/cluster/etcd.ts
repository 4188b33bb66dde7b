import { join } from 'node:path';
import { type Service, startService } from '../../tools/process.ts';
import type { ControlPlaneTools } from './tools.ts';

export interface EtcdOptions {
  readonly tools: ControlPlaneTools;
  readonly name: string;
  readonly dataDir: string;
  readonly logDir: string;
  /** Two loopback ports: for clients and for peers. etcd requires the second one, but nothing uses it. */
  readonly clientPort: number;
  readonly peerPort: number;
}

/** Starts a single etcd without fsync: its data need not outlive the rehearsal. */
export function startEtcd(options: EtcdOptions): Service {
  return startService('etcd', join(options.tools.bin, 'etcd'), etcdArguments(options), {
    log: join(options.logDir, 'etcd.log'),
  });
}

export function etcdArguments(options: Omit<EtcdOptions, 'tools' | 'logDir'>): string[] {
  const client = `http://127.0.0.1:${options.clientPort}`;
  const peer = `http://127.0.0.1:${options.peerPort}`;
  return [
    '--name',
    options.name,
    '--data-dir',
    options.dataDir,
    '--listen-client-urls',
    client,
    '--advertise-client-urls',
    client,
    '--listen-peer-urls',
    peer,
    '--initial-advertise-peer-urls',
    peer,
    '--initial-cluster',
    `${options.name}=${peer}`,
    '--unsafe-no-fsync',
    '--log-level',
    'warn',
  ];
}
