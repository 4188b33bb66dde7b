import { basename, join } from 'node:path';
import { contentKey, fileContent, folderContent } from '../../../tools/install/content-key.ts';
import { exists } from '../../../tools/install/make-once.ts';
import { provide } from '../../../tools/install/provide.ts';
import type { GoModule } from '../../../tools/install/tool-sets.ts';
import type { Progress } from '../../../tools/progress.ts';
import { type Kernel, kernelIdentity } from '../kernel/kernel.ts';
import { inOwnNamespaces } from './system.ts';

/** Our own files of the node, copied over its system unchanged. */
const rootFiles = join(import.meta.dirname, 'root');
const script = join(import.meta.dirname, 'build-disk.sh');
const onNode = ['kubelet', 'kube-proxy', 'aws-iam-authenticator'];

interface ImageParts {
  /** The folder of the nodes' system. */
  readonly system: string;
  readonly kernel: Kernel;
  /** The archive of containerd's storage. */
  readonly store: string;
  /** The folder of each module's programs. */
  readonly programs: ReadonlyMap<GoModule, string>;
  /** The module that has kubelet and kube-proxy. */
  readonly kubelet: GoModule;
}

/**
 * The disk that nodes boot from (the rehearsal's AMI): an ext4 file system with the system, kubelet,
 * kube-proxy, CNI plugins, kernel modules, container images and our own files. Resolves with its path,
 * which changes when anything in it would; never write to the file, give machines a copy-on-write disk.
 */
export async function ensureNodeImage(
  cache: string,
  { system, kernel, store, programs, kubelet }: ImageParts,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const folderOf = (module: GoModule) => programs.get(module) ?? '';
  const [kubernetes, plugins] = [folderOf(kubelet), folderOf('cni-plugins')];
  const authenticator = folderOf('kubernetes');
  const key = contentKey({
    ...(await folderContent(rootFiles)),
    ...(await fileContent({ script })),
    ...(await kernelIdentity(kernel)),
    sources: [system, store, kubernetes, plugins].map((path) => basename(path)).join(),
    programs: onNode.join(),
    ...(authenticator === kubernetes ? {} : { authenticator: basename(authenticator) }),
  });
  const binaries = onNode.map((name) =>
    join(name === 'aws-iam-authenticator' ? authenticator : kubernetes, name),
  );
  const parts = [system, store, kernel.modules, rootFiles, plugins, ...binaries];
  return provide(join(imageFolder(cache), `${key}.ext4`), {
    step: "make the nodes' disk",
    progress,
    keep: 4,
    build: (temporary, note) => inOwnNamespaces(script, [temporary, ...parts], { signal, note }),
  });
}

/** Whether the cache folder has a disk that nodes can boot from, of whatever version. */
export async function hasNodeImage(cache: string): Promise<boolean> {
  return exists(imageFolder(cache));
}

function imageFolder(cache: string): string {
  return join(cache, 'ami');
}
