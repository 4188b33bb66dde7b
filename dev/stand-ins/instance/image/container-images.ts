import type { Pack } from 'tar-stream';
import { type ContainerImage, imageArchive, type Layer } from './image-archive.ts';

type Programs = Readonly<Record<string, Uint8Array>>;

/** A static busybox and the names of its applets (`busybox --list`). */
export interface BusyboxPrograms {
  readonly busybox: Uint8Array;
  readonly applets: readonly string[];
}

/** The programs in the container images, from this machine and from the Go builds. */
export interface ImagePrograms extends BusyboxPrograms {
  /** Programs of the Multus modules, by name. */
  readonly multus: Programs;
  readonly multusThin: Programs;
  /** Kubernetes' own program for tests of networks. */
  readonly agnhost: Uint8Array;
}

/** The pause image. containerd starts it for each pod to hold the pod's namespaces. */
export const PAUSE_IMAGE = 'localhost/kubernetes/pause:latest';
export const BUSYBOX_IMAGE =
  'public.ecr.aws/docker/library/busybox:1.37@sha256:9532d8c39891ca2ecde4d30d7710e01fb739c87a8b9299685c63704296b16028';
/** For whoever names the image without its digest. */
export const BUSYBOX_TAG = withoutDigest(BUSYBOX_IMAGE);
export const AGNHOST_IMAGE =
  'registry.k8s.io/e2e-test-images/agnhost:2.56@sha256:352a050380078cb2a1c246357a0dfa2fcf243ee416b92ff28b44a01d1b4b0294';
export const MULTITOOL_IMAGE = 'docker.io/praqma/network-multitool:latest';
/** Each region has a registry of its own for EKS's images; these are the ones that rehearsals use. */
export const MULTUS_IMAGES = ['ap-northeast-2', 'eu-central-1'].map(
  (region) => `602401143452.dkr.ecr.${region}.amazonaws.com/eks/multus-cni:v4.1.4-eksbuild.3_thick`,
);
export const THIN_MULTUS_IMAGE = 'ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-debug';

/**
 * The container images that the nodes have from the start, as one archive that `ctr images import` reads.
 * They carry the real names, and even the real digests, so that manifests need no change, but not the real content: `pause`, `busybox`
 * and `network-multitool` are the host's busybox (no bash, no curl, no nginx), and the Multus images are
 * upstream Multus 4.1.4, which is what EKS builds, and 4.2.4, on busybox instead of their minimal base images. `agnhost` is
 * upstream's program on busybox (no curl, no iperf) instead of Alpine.
 */
export function containerImages(programs: ImagePrograms): Promise<Pack> {
  const base = busyboxLayer(programs);
  const forever = ['sleep', 'infinity'];
  const images: readonly ContainerImage[] = [
    { tags: [PAUSE_IMAGE, BUSYBOX_IMAGE, BUSYBOX_TAG], layers: [base], command: forever },
    { tags: [MULTITOOL_IMAGE], layers: [base], command: forever },
    {
      tags: [AGNHOST_IMAGE, withoutDigest(AGNHOST_IMAGE)],
      layers: [base, [{ name: 'agnhost', mode: 0o755, content: programs.agnhost }]],
      command: ['/agnhost', 'pause'],
    },
    {
      tags: MULTUS_IMAGES,
      layers: [base, multusLayer(programs.multus)],
      command: ['/usr/src/multus-cni/bin/multus-daemon'],
    },
    {
      tags: [THIN_MULTUS_IMAGE],
      layers: [base, thinLayer(programs.multusThin)],
      command: ['/thin_entrypoint'],
    },
  ];
  return imageArchive(images);
}

function withoutDigest(image: string): string {
  return image.replace(/@.*/, '');
}

/** A small system of busybox alone. */
export function busyboxLayer({ busybox, applets }: BusyboxPrograms): Layer {
  const links = applets.filter((name) => name !== 'busybox');
  return [
    ...['bin/', 'dev/', 'etc/', 'proc/', 'root/', 'run/', 'sys/', 'usr/', 'usr/bin/', 'var/'].map(
      (name) => ({ name, mode: 0o755 }),
    ),
    { name: 'tmp/', mode: 0o1777 },
    // containerd names the network namespaces of pods by /var/run/netns; Multus opens them under /run.
    { name: 'var/run', mode: 0o777, link: '/run' },
    { name: 'bin/busybox', mode: 0o755, content: busybox },
    ...links.map((name) => ({ name: `bin/${name}`, mode: 0o777, link: 'busybox' })),
    text('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
    text('etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
  ];
}

/** The paths of the upstream and EKS images, which the DaemonSet's commands name. */
export function multusLayer(multus: Programs): Layer {
  return [
    ...['usr/', 'usr/src/', 'usr/src/multus-cni/', 'usr/src/multus-cni/bin/'].map((name) => ({
      name,
      mode: 0o755,
    })),
    ...Object.entries(multus).map(([name, content]) => ({
      name: `usr/src/multus-cni/bin/${name}`,
      mode: 0o755,
      content,
    })),
  ];
}

/** The entrypoint is at the root of the image, what it puts on the node where the other image has its programs. */
function thinLayer({ thin_entrypoint, ...others }: Programs): Layer {
  if (thin_entrypoint === undefined)
    throw new Error('the module multus-thin has no thin_entrypoint');
  const entrypoint = { name: 'thin_entrypoint', mode: 0o755, content: thin_entrypoint };
  return [entrypoint, ...multusLayer(others)];
}

function text(name: string, content: string) {
  return { name, mode: 0o644, content: Buffer.from(content) };
}
