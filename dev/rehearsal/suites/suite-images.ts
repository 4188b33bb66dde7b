import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { corednsImage } from '../../stand-ins/cluster/coredns.ts';
import { readBusybox } from '../../stand-ins/instance/image/busybox.ts';
import { busyboxLayer, multusLayer } from '../../stand-ins/instance/image/container-images.ts';
import type { LayerEntry } from '../../stand-ins/instance/image/image-archive.ts';
import type { RegistryImage } from '../../stand-ins/registry/oci-image.ts';
import { sourceFolder } from '../../tools/install/go-modules.ts';
import type { GoModule } from '../../tools/install/tool-sets.ts';
import type { Tools } from '../../tools/install/tools.ts';
import { REGION } from '../account-view.ts';

const E2E = 'registry.k8s.io/e2e-test-images';
const FOREVER = ['sleep', 'infinity'];

/** CoreDNS as EKS brings it: upstream's program, on nothing but itself. */
export async function coreDns(tools: Tools): Promise<RegistryImage> {
  const program = await programFile(tools, 'coredns', 'coredns');
  return {
    names: [corednsImage(REGION)],
    layers: [[program]],
    entrypoint: ['/coredns'],
    command: [],
  };
}

/**
 * The images of Kubernetes' conformance tests. agnhost is upstream's program, but on Debian with the tools that upstream
 * installs on Alpine. `jessie-dnsutils` is the same system. `nginx` only has to run, so it is agnhost's web server.
 */
export async function conformanceImages(tools: Tools): Promise<readonly RegistryImage[]> {
  const source = await sourceFolder(tools.cache, 'agnhost', 'k8s.io/kubernetes');
  const porter = join(source, 'test', 'images', 'agnhost', 'porter');
  const files = [
    programFile(tools, 'agnhost', 'agnhost'),
    programFile(tools, 'coredns', 'coredns'),
    // The server of TLS in the tests of proxies.
    ...['localhost.crt', 'localhost.key'].map((name) => executable(name, join(porter, name))),
  ];
  const layers = [tools.testSystem, await Promise.all(files)];
  const entrypoint = ['/agnhost'];
  return [
    { names: [`${E2E}/agnhost:2.56`], layers, entrypoint, command: ['pause'] },
    { names: [`${E2E}/jessie-dnsutils:1.7`], layers, command: FOREVER },
    { names: [`${E2E}/nginx:1.14-4`], layers, entrypoint, command: ['netexec', '--http-port=80'] },
    { names: ['registry.k8s.io/pause:3.10.1'], layers: [await busybox()], command: FOREVER },
  ];
}

/** whereabouts as its project builds the image, but on busybox. */
export async function whereaboutsImage(tools: Tools): Promise<RegistryImage> {
  const path = 'github.com/k8snetworkplumbingwg/whereabouts';
  const source = join(await sourceFolder(tools.cache, 'whereabouts', path), 'script');
  const scripts = (await readdir(source)).filter((name) => name.endsWith('.sh'));
  const files = [
    ...['whereabouts', 'ip-control-loop', 'ip-reconciler'].map((name) =>
      programFile(tools, 'whereabouts', name),
    ),
    ...scripts.map((name) => executable(name, join(source, name))),
  ];
  return {
    names: ['ghcr.io/k8snetworkplumbingwg/whereabouts:v0.9.4'],
    layers: [await busybox(), await Promise.all(files)],
    command: ['/install-cni.sh'],
  };
}

/** The copies of Multus and of busybox in a registry, under their tags. Their digests are not those of the originals. */
export async function mirroredImages(
  tools: Tools,
  registry: string,
): Promise<readonly RegistryImage[]> {
  const folder = tools.modules.multus ?? '';
  const programs = await Promise.all(
    (await readdir(folder)).map(
      async (name) => [name, await readFile(join(folder, name))] as const,
    ),
  );
  const base = await busybox();
  return [
    {
      names: [`${registry}/eks/multus-cni:v4.1.4-eksbuild.3_thick`],
      layers: [base, multusLayer(Object.fromEntries(programs))],
      command: ['/usr/src/multus-cni/bin/multus-daemon'],
    },
    { names: [`${registry}/docker/library/busybox:1.37`], layers: [base], command: FOREVER },
  ];
}

/** The image of the pods in whereabouts' tests, whose pods only sleep. */
export async function whereaboutsTestImage(): Promise<RegistryImage> {
  return {
    names: ['quay.io/dougbtv/alpine:latest'],
    layers: [await busybox()],
    command: FOREVER,
  };
}

/** The image of the pods in Multus's tests: a system with the tools that the tests run, which is Debian here. */
export function multusTestImage({ testSystem }: Tools): RegistryImage {
  return { names: ['docker.io/library/centos:8'], layers: [testSystem], command: FOREVER };
}

async function busybox(): Promise<readonly LayerEntry[]> {
  return busyboxLayer(await readBusybox());
}

function programFile(tools: Tools, module: GoModule, name: string): Promise<LayerEntry> {
  return executable(name, join(tools.modules[module] ?? '', name));
}

async function executable(name: string, path: string): Promise<LayerEntry> {
  return { name, mode: 0o755, content: await readFile(path) };
}
