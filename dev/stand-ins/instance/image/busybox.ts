import { readFile } from 'node:fs/promises';
import { findProgram } from '../../../tools/install/probe.ts';
import { run } from '../../../tools/process.ts';
import type { BusyboxPrograms } from './container-images.ts';

/** The busybox of this machine. */
export async function readBusybox(): Promise<BusyboxPrograms> {
  const busybox = await readFile((await findProgram('busybox')) ?? 'busybox');
  const applets = (await run('busybox', ['--list'])).split('\n');
  return { busybox, applets };
}
