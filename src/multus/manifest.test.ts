import { readFileSync } from 'node:fs';
import type { V1ConfigMap, V1DaemonSet } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { packFile } from '../core/pack-files.ts';
import { readManifest } from '../kubernetes/apply.ts';
import { networkSpecsSchema } from '../networks/network-spec.ts';
import { planAttachments } from '../networks/plan-attachments.ts';
import { multusImage } from './image.ts';
import { multusObjects } from './install.ts';

const file = (...path: string[]) => readFileSync(packFile('manifests', ...path), 'utf8');
const texts = ['definition', 'access', 'guard', 'daemonset'].map((name) =>
  file('multus', `${name}.yaml`),
);
const objects = multusObjects(texts, 'mirror.example.com/multus:1');
const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet') as V1DaemonSet;
const mapOf = (name: string) =>
  objects.find(({ metadata }) => metadata?.name === name) as V1ConfigMap | undefined;
const daemonConfig = JSON.parse(mapOf('multus-daemon-config')?.data?.['daemon-config.json'] ?? '');

describe('the Multus manifest', () => {
  it('has what Multus needs, each object with our label', () => {
    expect(objects.map(({ kind }) => kind)).toEqual([
      'CustomResourceDefinition',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'ConfigMap',
      'DaemonSet',
    ]);
    for (const { metadata } of objects) {
      expect(metadata?.labels?.['app.kubernetes.io/managed-by']).toBe('eks-multus-actions');
    }
  });

  it('gets the given image in each container', () => {
    const spec = daemonSet.spec?.template.spec;
    const images = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(
      ({ image }) => image,
    );
    expect(images).toEqual(Array(3).fill('mirror.example.com/multus:1'));
    expect(JSON.stringify(objects)).not.toContain('602401143452');
  });

  it('avoids nodes without the VPC CNI, as whereabouts does', () => {
    const [whereabouts] = readManifest(file('whereabouts', 'daemonset.yaml')) as V1DaemonSet[];
    for (const set of [daemonSet, whereabouts]) {
      const { nodeAffinity } = set?.spec?.template.spec?.affinity ?? {};
      const [term] =
        nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
      expect(term?.matchExpressions).toContainEqual({
        key: 'eks.amazonaws.com/compute-type',
        operator: 'NotIn',
        values: ['fargate', 'hybrid', 'auto'],
      });
    }
  });

  it('is pinned to the image that the action uses', () => {
    const pinned = new Set(texts.join('\n').match(/image: \S+/g));
    expect([...pinned]).toEqual([`image: ${multusImage('thick', 'us-west-2')}`]);
  });

  it('replaces one pod at a time', () => {
    expect(daemonSet.spec?.updateStrategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 1 },
    });
  });

  it.each(['verbose', '"refuse": true'])('replaces its pods when "%s" changes', (text) => {
    const hash = (all: typeof objects) =>
      (all.find(({ kind }) => kind === 'DaemonSet') as V1DaemonSet).spec?.template.metadata
        ?.annotations;
    const changed = multusObjects(
      texts.map((one) => one.replace(text, 'debug')),
      'i',
    );
    expect(Object.keys(hash(objects) ?? {})).toEqual(['eks-multus-actions/daemon-config-sha256']);
    expect(hash(changed)).not.toEqual(hash(objects));
    expect(hash(multusObjects(texts, 'i'))).toEqual(hash(objects));
  });

  it('configures the daemon for the VPC CNI and for networks of the node', () => {
    expect(daemonConfig).toMatchObject({
      confDir: '/hostroot/etc/cni/multus/net.d',
      multusMasterCNI: '10-aws.conflist',
      cniVersion: '0.3.1',
      readinessindicatorfile: '/host/etc/cni/net.d/10-aws.conflist',
    });
  });

  it('needs no program of the image but those of Multus, and the cp that the manifest of AWS needs', () => {
    const { containers = [], initContainers = [] } = daemonSet.spec?.template.spec ?? {};
    const all = [...containers, ...initContainers];
    const probes = all.flatMap((one) => [one.startupProbe, one.livenessProbe, one.readinessProbe]);
    expect(probes.filter((probe) => probe !== undefined)).toEqual([]);
    const programs = all.map(({ command = [] }) => command[0]);
    expect(programs).toEqual(['/usr/src/multus-cni/bin/multus-daemon', 'cp', 'cp']);
  });

  it('logs to where the action reads whether it has started', () => {
    expect(daemonConfig).toMatchObject({
      logToStderr: true,
      logLevel: 'verbose',
    });
  });

  it('mounts every volume that it declares, and declares every one that it mounts', () => {
    const spec = daemonSet.spec?.template.spec;
    const mounts = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].flatMap(
      ({ volumeMounts }) => volumeMounts?.map(({ name }) => name) ?? [],
    );
    const volumes = spec?.volumes?.map(({ name }) => name) ?? [];
    expect([...new Set(mounts)].sort()).toEqual([...volumes].sort());
  });
});

describe('the thin manifest', () => {
  const text = file('multus-thin', 'daemonset.yaml');
  const [thin] = multusObjects([text], 'mirror.example.com/multus:1') as V1DaemonSet[];
  const [container] = thin?.spec?.template.spec?.containers ?? [];

  it('is the same DaemonSet as the thick one, so that one replaces the other', () => {
    expect(thin?.metadata).toEqual(daemonSet.metadata);
    expect(thin?.spec?.selector).toEqual(daemonSet.spec?.selector);
    expect(thin?.spec?.template.spec?.affinity).toEqual(daemonSet.spec?.template.spec?.affinity);
  });

  it('is pinned to the image that the action uses, in any region', () => {
    const pinned = new Set(text.match(/image: \S+/g));
    expect([...pinned]).toEqual([`image: ${multusImage('thin', 'cn-north-1')}`]);
    expect(container?.image).toBe('mirror.example.com/multus:1');
  });

  it('removes its configuration from the node when it ends, and does not mistake that of thick for it', () => {
    expect(container?.args).toContain('--cleanup-config-on-exit=true');
    const [command = '', quiet, pattern = ''] = container?.startupProbe?.exec?.command ?? [];
    expect([command, quiet]).toEqual(['grep', '-q']);
    expect('  "type": "multus",').toContain(pattern);
    for (const type of ['multus-shim', 'multus-guard']) {
      expect(`{"type": "${type}","logLevel": "verbose"}`).not.toContain(pattern);
    }
  });

  it('puts the guard on the node before anything else, as the thick one does', () => {
    const inits = (set: V1DaemonSet | undefined) => set?.spec?.template.spec?.initContainers ?? [];
    const [thinHold, thickHold] = [thin, daemonSet].map((set) => inits(set).at(-1));
    expect(thinHold).toEqual(thickHold);
    expect(thinHold?.name).toBe('hold-pods');
    for (const set of [thin, daemonSet]) {
      expect(inits(set)[0]?.command).toContain('/guard/multus-guard');
    }
  });
});

describe('the lab networks by hand', () => {
  it('are the ones that the action makes from the lab input', () => {
    const specs = networkSpecsSchema.parse(
      [1, 2].map((network) => ({
        name: `ipvlan-conf-${network}`,
        network,
        ipam: 'host-local',
        subnet: `10.0.${2 + 2 * network}.0/24`,
        range: `10.0.${2 + 2 * network}.70-10.0.${2 + 2 * network}.80`,
      })),
    );
    const plan = planAttachments(specs, undefined, 'default');
    const made = 'attachments' in plan ? plan.attachments.map(({ definition }) => definition) : [];
    const written = readManifest(file('nads', 'lab.yaml')) as typeof made;
    const config = (definition: (typeof made)[number]) => JSON.parse(definition.spec?.config ?? '');
    expect(written.map(({ metadata }) => metadata?.name)).toEqual([
      'ipvlan-conf-1',
      'ipvlan-conf-2',
    ]);
    expect(written.map(config)).toEqual(made.map(config));
  });
});

describe('readManifest', () => {
  it('reads several documents, skips empty ones and keeps labels', () => {
    const all = readManifest('kind: A\nmetadata: {name: a, labels: {x: y}}\n---\n---\nkind: B\n');
    expect(all).toMatchObject([{ kind: 'A', metadata: { labels: { x: 'y' } } }, { kind: 'B' }]);
  });
  it('refuses what is not YAML', () => {
    expect(() => readManifest('a: [')).toThrow();
  });
});

describe('multusImage', () => {
  it.each([
    ['ap-northeast-2', '602401143452.dkr.ecr.ap-northeast-2.amazonaws.com'],
    ['ap-east-2', '533267051163.dkr.ecr.ap-east-2.amazonaws.com'],
    ['ap-southeast-5', '151610086707.dkr.ecr.ap-southeast-5.amazonaws.com'],
    ['ap-southeast-6', '333609536671.dkr.ecr.ap-southeast-6.amazonaws.com'],
    ['ap-southeast-7', '121268973566.dkr.ecr.ap-southeast-7.amazonaws.com'],
    ['me-central-1', '759879836304.dkr.ecr.me-central-1.amazonaws.com'],
    ['mx-central-1', '730335286997.dkr.ecr.mx-central-1.amazonaws.com'],
    ['cn-north-1', '918309763551.dkr.ecr.cn-north-1.amazonaws.com.cn'],
    ['us-gov-west-1', '013241004608.dkr.ecr.us-gov-west-1.amazonaws.com'],
  ])('is in the registry of %s', (region, registry) => {
    expect(multusImage('thick', region)).toBe(`${registry}/eks/multus-cni:v4.1.4-eksbuild.3_thick`);
  });
});
