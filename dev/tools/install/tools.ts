import { join } from 'node:path';
import {
  ensureContainerStore,
  IMAGE_MODULES,
} from '../../stand-ins/instance/image/container-store.ts';
import { ensureNodeImage } from '../../stand-ins/instance/image/node-image.ts';
import { ensureSystem } from '../../stand-ins/instance/image/system.ts';
import {
  ensureKernel,
  kernelInCache,
  whyKernelMustBeBuilt,
} from '../../stand-ins/instance/kernel/build-kernel.ts';
import { endOnSignals, stopAll } from '../process.ts';
import { consoleProgress, type Progress } from '../progress.ts';
import { ensurePrerequisites } from './apt.ts';
import { cacheFolder } from './cache.ts';
import { minorVersionOf, readGoMod } from './go-modules.ts';
import { ensureGoTools } from './go-tools.ts';
import { ensureVenv } from './python.ts';
import { handBack } from './root.ts';
import {
  type GoModule,
  NEXT_KUBERNETES,
  parseToolSets,
  planTools,
  type ToolPlan,
  type ToolSet,
} from './tool-sets.ts';

export type { ToolSet } from './tool-sets.ts';

/** Where the tools are. Only what the sets asked for is sure to exist. */
export interface Tools {
  readonly cache: string;
  /** Programs built with Go: act, actionlint, etcd, kube-apiserver, kubectl, kubelet, … */
  readonly bin: string;
  /** Python programs are in its `bin`: moto_server, cfn-lint, zizmor, aws, python. */
  readonly venv: string;
  /** The virtual environment of checkov. */
  readonly checkov: string;
  /** The disk image that nodes boot from, read-only; empty unless the set `node` was asked for. */
  readonly ami: string;
  /** The user-mode-linux kernel that nodes run, a program; empty unless the set `node` was asked for. */
  readonly kernel: string;
  /** The folder of each Go module's programs, for the modules of the sets that were asked for. */
  readonly modules: Readonly<Partial<Record<GoModule, string>>>;
  /** An archive of a Debian system with the programs of the test images; empty unless a set needs it. */
  readonly testSystem: string;
  /** The next minor version of Kubernetes; undefined unless the set `next-kubernetes` was asked for. */
  readonly next?: NextKubernetes;
}

interface NextKubernetes {
  /** Such as `1.35`. */
  readonly version: string;
  /** The folder of the API server, the controllers, the scheduler and the kubelet. */
  readonly bin: string;
  /** The disk image of nodes with that kubelet; empty unless the set `node` was asked for. */
  readonly ami: string;
}

/**
 * Makes sure that the tools of `sets` are there: checks the machine (and installs Debian packages that it
 * lacks), then builds and downloads what the cache folder does not hold yet. Quick and silent when nothing
 * is missing. May be interrupted and may run several times at once. Throws when something cannot be had.
 */
export async function ensureTools(sets: readonly ToolSet[], progress: Progress): Promise<Tools> {
  const cache = cacheFolder();
  await ensurePrerequisites(sets, progress);
  const plan = await withKernelThatRuns(planTools(sets), cache, progress);
  try {
    const node = await abortingAtFailure((signal) => make(plan, cache, progress, signal));
    const at = (name: string) => join(cache, name);
    const places = { cache, bin: at('bin'), venv: at('venv'), checkov: at('checkov') };
    return { ...places, ...node };
  } finally {
    await handBack(cache);
  }
}

/** Nodes need a kernel that runs programs on this machine, so a plan for nodes builds ours where Debian's does not. */
async function withKernelThatRuns(
  plan: ToolPlan,
  cache: string,
  progress: Progress,
): Promise<ToolPlan> {
  if (!plan.image || plan.kernel) return plan;
  const reason = await whyKernelMustBeBuilt(cache);
  if (reason === undefined) return plan;
  progress.say(`${reason}, so this run builds ours first, once, which takes about five minutes`);
  await ensurePrerequisites(['kernel'], progress);
  return { ...plan, kernel: true };
}

/** Makes what the plan names and the cache lacks, side by side. Resolves with the nodes' disk and kernel, if planned. */
async function make(
  plan: ToolPlan,
  cache: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Omit<Tools, 'cache' | 'bin' | 'venv' | 'checkov'>> {
  const [programs, parts, testSystem] = await Promise.all([
    ...makeProgramsAndParts(plan, cache, progress, signal),
    plan.testSystem ? ensureSystem(cache, 'tests', progress, signal) : '',
    plan.python ? ensureVenv('venv', cache, progress, signal) : undefined,
    plan.checkov ? ensureVenv('checkov', cache, progress, signal) : undefined,
  ]);
  const makeImage = (kubelet: GoModule) =>
    parts === undefined
      ? ''
      : ensureNodeImage(cache, { ...parts, programs, kubelet }, progress, signal);
  const ami = await makeImage('kubernetes');
  const modules = Object.fromEntries(programs);
  const places = { ami, modules, testSystem, kernel: parts?.kernel.program ?? '' };
  const bin = programs.get(NEXT_KUBERNETES);
  if (bin === undefined) return places;
  const version = minorVersionOf(await readGoMod(NEXT_KUBERNETES));
  return { ...places, next: { version, bin, ami: await makeImage(NEXT_KUBERNETES) } };
}

/**
 * Builds the programs of the container images before all others, so that the images are imported while Go builds
 * Kubernetes. Of the two promises one has all programs, the other has what nodes need besides, if the plan has a disk.
 */
function makeProgramsAndParts(
  plan: ToolPlan,
  cache: string,
  progress: Progress,
  signal: AbortSignal,
) {
  const isFirst = (module: GoModule) => IMAGE_MODULES.some((first) => first === module);
  const build = (modules: readonly GoModule[]) => ensureGoTools(cache, modules, progress, signal);
  const first = build(plan.goModules.filter(isFirst));
  const programs = first.then(async (built) => {
    const others = await build(plan.goModules.filter((module) => !isFirst(module)));
    return new Map([...built, ...others]);
  });
  const makeParts = async () => {
    const [folders, system, kernel] = await Promise.all([
      first,
      plan.image ? ensureSystem(cache, 'nodes', progress, signal) : '',
      plan.kernel ? ensureKernel(cache, progress, signal) : kernelInCache(cache),
    ]);
    if (!plan.image) return undefined;
    const store = await ensureContainerStore(cache, system, kernel, folders, progress, signal);
    return { system, kernel, store };
  };
  return [programs, makeParts()] as const;
}

/** When one of several things at work fails, the others need not go on. */
async function abortingAtFailure<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  try {
    return await work(controller.signal);
  } catch (error) {
    controller.abort();
    throw error;
  }
}

/** `node dev/tools/install/tools.ts [set…]`: gets the tools and prints where they are, as JSON. */
async function main(words: readonly string[]): Promise<void> {
  endOnSignals();
  const progress = consoleProgress();
  try {
    const tools = await progress.step('tools', () => ensureTools(parseToolSets(words), progress));
    console.log(JSON.stringify(tools, null, 2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    await stopAll(0);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main(process.argv.slice(2));
