import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootScript, ipamPlugin } from '../../cfn/user-data.ts';
import { CHECKOUT, scratchFolder } from './checkout.ts';
import { run } from './process.ts';

const IMAGE = 'dev/stand-ins/instance/image';
/** Programs; what they read with `.` is checked with them. */
const PROGRAMS = [
  '.ci/run',
  `${IMAGE}/build-disk.sh`,
  `${IMAGE}/build-store.sh`,
  `${IMAGE}/build-system.sh`,
  `${IMAGE}/import-images.sh`,
  `${IMAGE}/root/usr/lib/rehearsal/init`,
  `${IMAGE}/root/usr/lib/rehearsal/eks-token`,
];

/** Has shellcheck look at all shell programs, those inside the node group's template included. Rejects with what it finds. */
export async function checkShellScripts(): Promise<void> {
  const folder = scratchFolder('shellcheck');
  try {
    const extracted = { 'boot-script': bootScript(['subnet-1'], 1), 'eni-prefix': ipamPlugin() };
    const files = Object.entries(extracted).map(([name, text]) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    });
    const options = ['--color=never', '--external-sources', '--source-path=SCRIPTDIR'];
    await run('shellcheck', [...options, ...files, ...PROGRAMS], { cwd: CHECKOUT });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
