import { existsSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Service, startService } from '../../tools/process.ts';
import { coalesce } from '../vpc/coalesce.ts';
import { type Ec2State, exists, interfacesOf, subnetOf } from '../vpc/ec2-state.ts';
import type { Vpc } from '../vpc/vpc.ts';
import { type MachineSpec, umlArguments } from './uml.ts';

export interface MachinesOptions {
  readonly tools: {
    /** Path of the user-mode-linux kernel. */
    readonly kernel: string;
    /** Path of the AMI's disk image. */
    readonly ami: string;
  };
  /** The path of another disk image for instances of this image id; undefined for that of the tools. */
  readonly amiOf?: (imageId: string) => string | undefined;
  readonly runDir: string;
  readonly logDir: string;
  readonly readState: () => Promise<Ec2State>;
  readonly vpc: Vpc;
  /** Runs before an instance's first boot and acts for EKS's own agents: it assigns the VPC CNI's prefix. */
  readonly beforePowerOn?: (instanceId: string) => Promise<void>;
  readonly memoryMiB?: number;
}

interface Machine {
  readonly process: Service;
  readonly spec: MachineSpec;
  /** Resolves when the instance has booted, or was powered off before that. */
  readonly booted: Promise<void>;
}

const MEMORY_MIB = 1500;

/** The machines of a rehearsal by instance id. */
export interface Machines {
  /**
   * Boots an instance with the network interfaces that are attached now; does nothing when it runs.
   * Resolves when it has booted: its user data has run and its kubelet, if it is a node, has started.
   */
  powerOn(instanceId: string): Promise<void>;
  /** Shuts an instance down cleanly and boots it again from the same disk. */
  reboot(instanceId: string): Promise<void>;
  /**
   * Powers off and removes the machines whose instances no longer exist in EC2. Resolves when that is done.
   */
  reconcile(): Promise<void>;
  running(): readonly string[];
  stop(): Promise<void>;
}

export function createMachines(options: MachinesOptions): Machines {
  const machines = new Map<string, Promise<Machine>>();
  const powerOff = async (instanceId: string) => {
    const machine = await machines.get(instanceId)?.catch(() => undefined);
    await machine?.process.stop(0);
    machines.delete(instanceId);
    await rm(diskOf(options, instanceId), { force: true });
  };
  return {
    async powerOn(instanceId) {
      if (!machines.has(instanceId)) {
        const booting = boot(options, instanceId);
        machines.set(instanceId, booting);
        booting.catch(() => machines.delete(instanceId));
      }
      await (await machines.get(instanceId))?.booted;
    },
    async reboot(instanceId) {
      const machine = await machines.get(instanceId);
      if (machine === undefined) throw new Error(`${instanceId} is not running`);
      await shutDown(machine);
      machines.set(instanceId, Promise.resolve(start(options, machine.spec)));
    },
    reconcile: coalesce(async () => {
      const { instances } = await options.readState();
      const alive = new Set(instances.filter(exists).map(({ id }) => id));
      const gone = [...machines.keys()].filter((id) => !alive.has(id));
      await Promise.all(gone.map(powerOff));
    }),
    running: () => [...machines.keys()],
    async stop() {
      await Promise.all([...machines.keys()].map(powerOff));
    },
  };
}

async function boot(options: MachinesOptions, instanceId: string): Promise<Machine> {
  await options.beforePowerOn?.(instanceId);
  await options.vpc.reconcile();
  const spec = await specOf(options, await options.readState(), instanceId);
  await rm(spec.files.disk, { force: true });
  return start(options, spec);
}

const BOOTED_WITHIN_MS = 600_000;
const SHUT_DOWN_WITHIN_MS = 20_000;

/** Files in the instance's log folder on this machine, through which host and machine communicate. */
const bootMarker = ({ files }: MachineSpec) => join(files.logWindow, 'booted');
const powerButton = ({ files }: MachineSpec) => join(files.logWindow, 'power-off');

async function untilBooted(process: Service, spec: MachineSpec): Promise<void> {
  let ended = false;
  void process.exited.then(() => {
    ended = true;
  });
  const deadline = Date.now() + BOOTED_WITHIN_MS;
  while (!existsSync(bootMarker(spec))) {
    if (ended) return; // powered off before it was through
    if (Date.now() > deadline)
      throw new Error(`${spec.instanceId} did not boot; see ${process.log}`);
    await delay(100);
  }
}

/** An instance that does not react in time is powered off, as on EC2. */
async function shutDown({ process, spec }: Machine): Promise<void> {
  await writeFile(powerButton(spec), '');
  await Promise.race([process.exited, delay(SHUT_DOWN_WITHIN_MS, undefined, { ref: false })]);
  await process.stop(0);
}

function start({ tools, logDir }: MachinesOptions, spec: MachineSpec): Machine {
  for (const file of [bootMarker(spec), powerButton(spec)]) rmSync(file, { force: true });
  const process = startService(spec.instanceId, tools.kernel, umlArguments(spec), {
    log: join(logDir, `${spec.instanceId}.console.log`),
  });
  const booted = untilBooted(process, spec);
  // The caller that powered the machine on receives the error. After a reboot, nobody does.
  booted.catch(() => undefined);
  return { process, spec, booted };
}

async function specOf(
  options: MachinesOptions,
  state: Ec2State,
  instanceId: string,
): Promise<MachineSpec> {
  const interfaces = interfacesOf(state, instanceId);
  const primary = interfaces[0];
  if (primary === undefined) throw new Error(`${instanceId} has no network interface`);
  const files = {
    image: options.amiOf?.(imageIdOf(state, instanceId)) ?? options.tools.ami,
    disk: diskOf(options, instanceId),
    logWindow: join(options.logDir, instanceId),
    umlDir: join(options.runDir, 'uml'),
  };
  await mkdir(files.logWindow, { recursive: true });
  await mkdir(files.umlDir, { recursive: true });
  await mkdir(join(options.runDir, 'disks'), { recursive: true });
  return {
    instanceId,
    interfaces,
    files,
    memoryMiB: options.memoryMiB ?? MEMORY_MIB,
    primarySubnet: subnetOf(state, primary),
  };
}

function imageIdOf({ instances }: Ec2State, instanceId: string): string {
  return instances.find(({ id }) => id === instanceId)?.imageId ?? '';
}

function diskOf({ runDir }: MachinesOptions, instanceId: string): string {
  return join(runDir, 'disks', `${instanceId}.cow`);
}
