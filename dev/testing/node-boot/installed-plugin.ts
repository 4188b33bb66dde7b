import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { ipamPlugin } from './user-data.ts';

/** The IPAM plugin beside the real host-local, called as a CNI runtime calls it. */
export interface Call {
  readonly command: 'ADD' | 'DEL' | 'CHECK' | 'GC' | 'STATUS' | 'VERSION';
  readonly container: string;
  /** The interface in the pod. */
  readonly link?: string;
  /** The path of the pod's network namespace; for most of what the plugin does, there need not be one. */
  readonly netns?: string;
  /** The path of the node's network namespace; without it, the call has one of its own. */
  readonly node?: string;
  readonly config: unknown;
}

const answerSchema = z.object({
  cniVersion: z.string().optional(),
  ips: z.array(z.object({ address: z.string(), gateway: z.string().optional() })).optional(),
  routes: z.array(z.object({ dst: z.string(), gw: z.string().optional() })).optional(),
  code: z.number().optional(),
  msg: z.string().optional(),
  supportedVersions: z.array(z.string()).optional(),
});

export interface Answer {
  readonly code: number | null;
  readonly answer: z.infer<typeof answerSchema>;
}
export type Plugin = (call: Call) => Promise<Answer>;

/** A network namespace for the node, so that the plugin's rules are not this machine's. */
const ALONE = ['unshare', '--net', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];

/** Installs the plugin so that it reads and writes below the folder instead of in /etc and /run. */
export async function installPlugin(folder: string): Promise<Plugin> {
  const { bin } = await ensureTools(['cni'], consoleProgress());
  const plugins = join(folder, 'opt/cni/bin');
  mkdirSync(plugins, { recursive: true });
  symlinkSync(join(bin, 'host-local'), join(plugins, 'host-local'));
  const program = join(plugins, 'eni-prefix');
  const script = ipamPlugin().replaceAll(/\/(etc|run)\/cni\//g, `${folder}/$1/cni/`);
  writeFileSync(program, script, { mode: 0o755 });
  return async ({ command, container, link = 'net1', netns = '/run/netns/test', node, config }) => {
    const env = {
      CNI_COMMAND: command,
      CNI_CONTAINERID: container,
      CNI_IFNAME: link,
      CNI_NETNS: netns,
      CNI_PATH: plugins,
    };
    const [enter = '', ...more] = node === undefined ? ALONE : ['nsenter', `--net=${node}`];
    const child = spawn(enter, [...more, program], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(JSON.stringify(config));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const output = await text(child.stdout);
    return { code: await ended, answer: answerSchema.parse(JSON.parse(output || '{}')) };
  };
}
