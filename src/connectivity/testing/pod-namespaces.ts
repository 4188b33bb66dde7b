import { mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrerequisites } from '../../../dev/tools/install/apt.ts';
import { findProgram } from '../../../dev/tools/install/probe.ts';
import { run } from '../../../dev/tools/process.ts';
import { consoleProgress } from '../../../dev/tools/progress.ts';

/**
 * Two network namespaces that are joined by two veth pairs: net1 and net2 here, their other ends there. Both have the services
 * of `$SERVICES`. The script that is given as `$PROBE` runs in the first one, in the shell `$SHELL_COMMAND`.
 */
const POD = `
set -e
mount -t sysfs sysfs /sys
ip link set lo up
ip link add net1 mtu 1400 type veth peer name there1 mtu 1400
ip link add net2 type veth peer name there2
unshare --net sleep 60 & peer=$!
while [ "$(readlink /proc/$peer/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set there1 netns $peer
ip link set there2 netns $peer
nsenter --target $peer --net sh -c '
  ip addr add 10.0.4.71/24 dev there1; ip link set there1 up
  ip addr add 10.0.6.71/24 dev there2; ip link set there2 up'
if [ -n "$SERVICES" ]; then
  nsenter --target $peer --net sh -c "$SERVICES" & sh -c "$SERVICES" &
fi
ip addr add 10.0.4.70/24 dev net1; ip link set net1 up
ip addr add 10.0.6.70/24 dev net2; ip link set net2 up
$SHELL_COMMAND -c "$PROBE"
kill $peer
`;

/** A folder with BusyBox's programs, and links to others, for `PATH`. The caller removes it. */
export async function programFolder(others: readonly string[] = []): Promise<string> {
  await ensurePrerequisites(['node'], consoleProgress());
  const folder = await mkdtemp(join(tmpdir(), 'probe-'));
  const busybox = (await findProgram('busybox')) ?? '';
  for (const applet of ['ping', 'sleep', 'readlink', 'wget', 'timeout', 'head', 'tr', 'date']) {
    await symlink(busybox, join(folder, applet));
  }
  for (const path of others) await symlink(path, join(folder, path.split('/').at(-1) ?? ''));
  return folder;
}

/** The output of a script in the first namespace. */
export function runInPod(
  programs: string,
  shell: string,
  { script, services = '' }: { readonly script: string; readonly services?: string },
): Promise<string> {
  const namespaces = [
    '--net',
    '--mount',
    '--pid',
    '--uts',
    '--fork',
    '--mount-proc',
    '--kill-child',
  ];
  return run('unshare', [...namespaces, 'sh', '-c', POD], {
    env: {
      PATH: `${programs}:${process.env['PATH']}`,
      SHELL_COMMAND: shell,
      PROBE: script,
      SERVICES: services,
    },
  });
}
