import type { ToolSet } from './tool-sets.ts';

/** One thing that the machine must have, because it is not built or downloaded into the cache folder. */
export interface Prerequisite {
  readonly name: string;
  readonly why: string;
  readonly sets: readonly ToolSet[];
  /** How to recognise it: a program on the PATH, or a question answered by `probe.ts`. */
  readonly test: { readonly program: string } | { readonly question: Question };
  /** The Debian and Ubuntu package that brings it; without one a person must act. */
  readonly debian?: string;
  readonly remedy?: string;
}

export type Question =
  | 'go'
  | 'python'
  | 'python-venv'
  | 'uml'
  | 'c-library'
  | 'static-busybox'
  | 'x86-64'
  | 'browser';

const withGo: readonly ToolSet[] = [
  'lint',
  'control-plane',
  'runner',
  'node',
  'next-kubernetes',
  'cni',
  'crane',
  'multus',
  'agnhost',
  'coredns',
  'helm',
  'whereabouts',
  'sig-network',
  'multus-e2e',
];
const withPython: readonly ToolSet[] = ['lint', 'moto', 'checkov'];
const all: readonly ToolSet[] = [
  ...withGo,
  'kernel',
  'moto',
  'checkov',
  'browser',
  'gh',
  'unit-tests',
];

export const prerequisites: readonly Prerequisite[] = [
  {
    name: 'Go 1.21 or later',
    why: 'builds Kubernetes, etcd, Multus, act and actionlint (it fetches the exact toolchain itself)',
    sets: withGo,
    test: { question: 'go' },
    remedy: 'install Go: https://go.dev/doc/install',
  },
  {
    name: 'Python 3.10 or later',
    why: 'runs moto, cfn-lint, checkov and zizmor',
    sets: withPython,
    test: { question: 'python' },
    remedy: 'install Python 3.10 or later as python3',
  },
  {
    name: 'the venv module of Python',
    why: 'keeps moto, cfn-lint, checkov and zizmor apart from other Python programs',
    sets: withPython,
    test: { question: 'python-venv' },
    debian: 'python3-venv',
  },
  {
    name: 'Chromium or Chrome',
    why: 'opens the HTML report in the tests',
    sets: ['browser'],
    test: { question: 'browser' },
    debian: 'chromium',
  },
  program('gh', 'gh', 'runs the set-up and the commands of documents', ['gh']),
  program('flock', 'util-linux', 'lets two rehearsals share the cache folder', all),
  program('shellcheck', 'shellcheck', 'checks the shell scripts', ['lint', 'unit-tests']),
  program('jq', 'jq', 'is what the IPAM plugin of the nodes and tests of Multus work with', [
    'cni',
    'multus-e2e',
  ]),
  {
    name: 'an x86-64 machine',
    why: 'user-mode Linux, the rehearsal machines, exists for no other',
    sets: ['node'],
    test: { question: 'x86-64' },
    remedy: 'rehearse on an x86-64 machine',
  },
  {
    name: 'user-mode Linux and its modules',
    why: 'is the kernel of the worker nodes where a newer one cannot be built',
    sets: ['node'],
    test: { question: 'uml' },
    debian: 'user-mode-linux',
  },
  program('gcc', 'gcc', 'compiles the kernel of the worker nodes', ['kernel']),
  program('make', 'make', 'builds the kernel of the worker nodes', ['kernel']),
  program('flex', 'flex', 'builds the kernel of the worker nodes', ['kernel']),
  program('bison', 'bison', 'builds the kernel of the worker nodes', ['kernel']),
  program('bc', 'bc', 'builds the kernel of the worker nodes', ['kernel']),
  program('xz', 'xz-utils', 'unpacks the source of the kernel of the worker nodes', ['kernel']),
  program('depmod', 'kmod', 'lists the modules in the kernel of the worker nodes', ['kernel']),
  {
    name: 'the C library for programs in C',
    why: 'is what the kernel of the worker nodes is linked with',
    sets: ['kernel'],
    test: { question: 'c-library' },
    debian: 'libc6-dev',
  },
  {
    name: 'a static busybox',
    why: 'is the content of the container images',
    sets: ['node'],
    test: { question: 'static-busybox' },
    debian: 'busybox-static',
  },
  program('mmdebstrap', 'mmdebstrap', 'installs the system of the worker nodes', [
    'node',
    'sig-network',
    'multus-e2e',
  ]),
  program('mke2fs', 'e2fsprogs', 'makes the disk of the worker nodes', ['node']),
  program('tar', 'tar', 'unpacks the system of the worker nodes', ['node']),
  program('unshare', 'util-linux', 'gives the rehearsal its own network', ['node']),
  program('ip', 'iproute2', 'makes the addresses and routes of the VPC', ['control-plane', 'node']),
  program('nft', 'nftables', 'is the security groups of the VPC', ['node']),
  program('openssl', 'openssl', 'signs the certificates of the cluster', [
    'control-plane',
    'unit-tests',
  ]),
  program('git', 'git', 'makes the repository that the runner checks out', ['runner']),
];

function program(
  name: string,
  debian: string,
  why: string,
  sets: readonly ToolSet[],
): Prerequisite {
  return { name, why, sets, debian, test: { program: name } };
}

/** What the sets need of the machine. */
export function prerequisitesOf(sets: readonly ToolSet[]): readonly Prerequisite[] {
  return prerequisites.filter((prerequisite) =>
    prerequisite.sets.some((set) => sets.includes(set)),
  );
}

/** The Debian packages that bring what is missing, each once. */
export function debianPackages(missing: readonly Prerequisite[]): readonly string[] {
  return [...new Set(missing.flatMap(({ debian }) => debian ?? []))].sort();
}

/** Tells a person what is missing, what it is for, and what to type. */
export function missingMessage(missing: readonly Prerequisite[]): string {
  const packages = debianPackages(missing);
  return [
    'this machine lacks something that the rehearsal needs:',
    ...missing.map(({ name, why }) => `  - ${name}: ${why}`),
    'to get it:',
    ...missing.flatMap(({ debian, remedy }) => (debian === undefined ? [`  ${remedy}`] : [])),
    ...(packages.length === 0
      ? []
      : [`  on Debian or Ubuntu: sudo apt-get install ${packages.join(' ')}`]),
  ].join('\n');
}
