import { CHECKOUT } from './checkout.ts';
import { run } from './process.ts';

const IMAGE = 'dev/stand-ins/instance/image';
/** All shell programs. shellcheck also reads the files that they include with `.`. */
const PROGRAMS = [
  '.ci/run',
  'cfn/node-boot/multus-interfaces.sh',
  'cfn/node-boot/eni-prefix',
  'cfn/node-boot/eni-guard',
  'cfn/node-boot/spot-drain',
  'dev/testing/node-boot/ask-from-pods.sh',
  'dev/testing/node-boot/naming-trials.sh',
  'scripts/collect-evidence.sh',
  'scripts/mirror-images.sh',
  'scripts/setup.sh',
  `${IMAGE}/build-disk.sh`,
  `${IMAGE}/build-store.sh`,
  `${IMAGE}/build-system.sh`,
  `${IMAGE}/import-images.sh`,
  `${IMAGE}/root/usr/lib/rehearsal/init`,
  `${IMAGE}/root/usr/lib/rehearsal/eks-token`,
  `${IMAGE}/root/usr/local/bin/aws`,
  `${IMAGE}/root/usr/local/bin/networkctl`,
  `${IMAGE}/root/usr/local/bin/systemctl`,
  `${IMAGE}/root/usr/local/bin/systemd-run`,
  `${IMAGE}/root/usr/local/bin/udevadm`,
];

/** Runs shellcheck on all shell programs. Rejects with its findings. */
export async function checkShellScripts(): Promise<void> {
  const options = ['--color=never', '--external-sources', '--source-path=SCRIPTDIR'];
  await run('shellcheck', [...options, ...PROGRAMS], { cwd: CHECKOUT });
}
