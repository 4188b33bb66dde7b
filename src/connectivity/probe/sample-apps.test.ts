import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packFile } from '../../core/pack-files.ts';
import { LAB_NETWORK_COUNT } from '../layout.ts';
import { LAB_NETWORKS } from '../testing/lab-pods.ts';
import { probePods, readSampleApps } from './sample-apps.ts';

const apps = readSampleApps(readFileSync(packFile('manifests', 'sample-apps', 'lab.yaml'), 'utf8'));
const options = {
  run: 'abc',
  namespace: 'team',
  image: 'registry.test/tools:1',
  imagePullPolicy: 'Never',
} as const;

describe("the lab's manifest", () => {
  it('has one pod on each network and two on both', () => {
    expect(apps.map(({ name, networks }) => [name, networks])).toEqual([
      ['sampleapp-1', [0]],
      ['sampleapp-2', [1]],
      ['sampleapp-dual-1', [0, 1]],
      ['sampleapp-dual-2', [0, 1]],
    ]);
    const networks = new Set(apps.flatMap((app) => app.networks));
    expect(networks.size).toBe(LAB_NETWORK_COUNT);
  });

  it('has containers in which the probe and ping work', () => {
    for (const { pod } of apps) {
      const container = pod.spec?.containers[0];
      expect(container?.name).toBe('app');
      expect(container?.securityContext?.allowPrivilegeEscalation).toBe(false);
      const dropped = container?.securityContext?.capabilities?.drop ?? [];
      expect(dropped).toContain('CHOWN');
      expect(dropped).not.toContain('NET_RAW');
      expect(dropped).not.toContain('ALL');
    }
  });
});

describe('probePods', () => {
  it.each([{ node: 'node-a' }, { nodes: { labels: {} } }])(
    'tolerate the taints of the environment, and no others: %j',
    (where) => {
      const tolerated = [{ key: 'dedicated', value: 'media', effect: 'NoSchedule' }] as const;
      const [tolerant] = probePods(apps, LAB_NETWORKS, { ...options, ...where, tolerated });
      expect(tolerant?.manifest.spec?.tolerations).toEqual([
        { key: 'dedicated', operator: 'Equal', value: 'media', effect: 'NoSchedule' },
      ]);
      const [plain] = probePods(apps, LAB_NETWORKS, { ...options, ...where });
      expect(plain?.manifest.spec).not.toHaveProperty('tolerations');
    },
  );

  it("puts the run's networks, labels, image and node in, and keeps the rest", () => {
    const pods = probePods(apps, LAB_NETWORKS, { ...options, node: 'node-a' });
    const dual = pods[2];
    expect(dual?.networks).toEqual(['default/ipvlan-conf-1', 'default/ipvlan-conf-2']);
    expect(dual?.manifest.metadata).toEqual({
      name: 'sampleapp-dual-1',
      namespace: 'team',
      labels: {
        'app.kubernetes.io/name': 'sampleapp',
        'app.kubernetes.io/managed-by': 'eks-multus-actions',
        'eks-multus-actions/run': 'abc',
      },
      annotations: {
        'k8s.v1.cni.cncf.io/networks': 'default/ipvlan-conf-1,default/ipvlan-conf-2',
      },
    });
    expect(dual?.manifest.spec?.containers[0]).toMatchObject({
      image: 'registry.test/tools:1',
      imagePullPolicy: 'Never',
      securityContext: { readOnlyRootFilesystem: true },
    });
    expect(JSON.stringify(dual?.manifest.spec?.affinity)).toContain('"values":["node-a"]');
  });

  it('leaves the node to the scheduler when none is given', () => {
    const [pod] = probePods(apps, LAB_NETWORKS, options);
    expect(pod?.manifest.spec).not.toHaveProperty('affinity');
    expect(pod?.manifest.spec).not.toHaveProperty('nodeSelector');
  });

  it('selects nodes by their labels', () => {
    const labels = { environment: 'pr-7' };
    const [pod] = probePods(apps, LAB_NETWORKS, { ...options, nodes: { labels } });
    expect(pod?.manifest.spec?.nodeSelector).toEqual(labels);
    expect(pod?.manifest.spec).not.toHaveProperty('affinity');
  });

  it("keeps off the nodes of guests on the environment's cluster", () => {
    const nodes = { labels: {}, host: 'base' };
    const [pod] = probePods(apps, LAB_NETWORKS, { ...options, nodes });
    const key = 'eks-multus-actions/environment';
    expect(pod?.manifest.spec).not.toHaveProperty('nodeSelector');
    expect(pod?.manifest.spec?.affinity?.nodeAffinity).toEqual({
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key, operator: 'In', values: ['base'] }] },
          { matchExpressions: [{ key, operator: 'DoesNotExist' }] },
        ],
      },
    });
  });
});
