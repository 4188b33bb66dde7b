import { describe, expect, it } from 'vitest';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { EVERY_CHECK } from '../connectivity/evaluate/select-checks.ts';
import { InputError } from '../core/errors.ts';
import { readVerifyInputs } from './inputs.ts';
import { hasOwnNamespace } from './settle-layout.ts';
import { badInputs, kubeconfig } from './testing/bad-inputs.ts';

type Given = Readonly<Record<string, string>>;

const read = (given: Given, region?: string) =>
  readVerifyInputs(region, (name) => given[name] ?? '');

function problemsOf(given: Given) {
  try {
    read(given);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return expect.fail('the inputs were accepted');
}

const authority = Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64');

describe('inputs', () => {
  it('have defaults for everything but the cluster', () => {
    expect(read(kubeconfig)).toEqual({
      target: {
        address: { kind: 'kubeconfig', path: '/home/me/.kube/config' },
        environment: undefined,
        region: undefined,
      },
      role: {
        ...{ roleArn: undefined, chainedRoleArn: undefined, allowedAccountIds: [] },
        ...{ audience: 'sts.amazonaws.com', durationSeconds: 3600 },
      },
      networks: undefined,
      excludedNetworks: [],
      layout: undefined,
      matrix: {
        nodes: { labels: {} },
        maxNodes: 10,
        podsPerNode: 2,
        maxPairs: 5000,
        limits: { lossPercent: 0 },
      },
      ownNodes: { labels: {} },
      podNamespace: undefined,
      retries: 1,
      expectations: [],
      transports: [],
      targets: [],
      sampling: { networks: [] },
      chosen: EVERY_CHECK,
      warnOnly: false,
      namespace: 'default',
      image:
        'public.ecr.aws/docker/library/busybox:1.37@sha256:9532d8c39891ca2ecde4d30d7710e01fb739c87a8b9299685c63704296b16028',
      imagePullPolicy: 'IfNotPresent',
      placement: 'same-node',
      keep: false,
      timeoutMs: 600_000,
      reportDirectory: 'multus-report',
    });
  });

  it('have the pods tolerate the taints of the environment', () => {
    const lab = labEnvironment();
    const tainted = { ...lab.nodeGroups[0], taints: ['dedicated=media:NoSchedule', 'x:NoExecute'] };
    const environment = JSON.stringify({ ...lab, nodeGroups: [lab.nodeGroups[0], tainted] });
    const tolerated = [
      { key: 'dedicated', value: 'media', effect: 'NoSchedule' },
      { key: 'x', value: '', effect: 'NoExecute' },
    ];
    const { matrix, ownNodes } = read({ environment });
    expect(ownNodes.tolerated).toEqual(tolerated);
    expect(matrix.nodes.tolerated).toEqual(tolerated);
    expect(read({ environment: JSON.stringify(lab) }).ownNodes).not.toHaveProperty('tolerated');
    const wrong = { ...lab, nodeGroups: [{ ...tainted, taints: ['dedicated'] }] };
    expect(problemsOf({ environment: JSON.stringify(wrong) })).toHaveLength(1);
  });

  it.each([
    [{ layout: 'matrix' }, true],
    [{ layout: 'matrix', namespace: 'guest' }, false],
    [{ layout: 'matrix', namespace: 'guest', 'pod-namespace': 'per-run' }, true],
    [{ layout: 'lab' }, false],
  ])('puts pods where Multus attaches them to the networks: %j', (given, own) => {
    expect(hasOwnNamespace(read({ ...kubeconfig, ...given }))).toBe(own);
  });

  it('are all read', () => {
    const inputs = read({
      'cluster-name': 'c',
      'cluster-endpoint': 'https://c.test',
      'cluster-certificate-authority': authority,
      'aws-region': 'eu-central-1',
      networks: 'team/b\na',
      namespace: 'probes',
      image: 'registry.test:5000/tools@sha256:'.concat('0'.repeat(64)),
      'image-pull-policy': 'Never',
      placement: 'any',
      keep: 'true',
      'timeout-minutes': '3',
      'report-directory': 'out/report',
    });
    expect(inputs).toMatchObject({
      target: { address: { kind: 'eks', name: 'c', region: 'eu-central-1' } },
      networks: [{ namespace: 'team', name: 'b' }, { name: 'a' }],
      namespace: 'probes',
      imagePullPolicy: 'Never',
      placement: 'any',
      keep: true,
      timeoutMs: 180_000,
      reportDirectory: 'out/report',
    });
  });

  it('keep to the namespace and the nodes of an environment on a shared cluster', () => {
    const environment = JSON.stringify({
      ...labEnvironment(),
      ...{ name: 'pr-7', shared: { base: 'eks-multus-cluster', namespace: 'pr-7' } },
    });
    const own = { 'eks-multus-actions/environment': 'pr-7' };
    expect(read({ environment, 'node-selector': 'disk=ssd' })).toMatchObject({
      ...{ namespace: 'pr-7', ownNodes: { labels: own } },
      matrix: { nodes: { labels: { disk: 'ssd', ...own } } },
    });
  });

  it('leave out the nodes of guests on the cluster of the environment', () => {
    const environment = JSON.stringify(labEnvironment());
    const host = 'eks-multus-cluster';
    expect(read({ environment, 'node-selector': 'disk=ssd' })).toMatchObject({
      ownNodes: { labels: {}, host },
      matrix: { nodes: { labels: { disk: 'ssd' }, host } },
    });
  });

  it('take the region of the job when no input has one', () => {
    const eks = {
      'cluster-name': 'c',
      'cluster-endpoint': 'https://c.test',
      'cluster-certificate-authority': authority,
    };
    expect(read(eks, 'us-west-2').target.region).toBe('us-west-2');
  });

  it('take the tools image when something needs more than ping', () => {
    const image = (given: Given) => read({ ...kubeconfig, ...given }).image;
    expect(image({ protocols: 'icmp' })).toContain('busybox');
    expect(image({ protocols: 'icmp,sctp' })).toContain('e2e-test-images/agnhost:2.56@sha256:');
    expect(image({ samples: '*', 'tools-image': 'mirror.test/tools' })).toBe('mirror.test/tools');
    expect(image({ targets: '[{ host: 10.0.0.9, protocol: icmp }]' })).toContain('busybox');
    const tcp = '[{ host: 10.0.0.9, protocol: tcp, port: 80 }]';
    expect(image({ targets: tcp, image: 'busybox:1' })).toContain('agnhost');
  });

  it('have targets with defaults, and limits for samples', () => {
    const given = {
      protocols: 'sctp, tcp',
      targets: '- { host: 10.0.0.9, protocol: sctp, port: 38412 }',
      samples: 'media',
      'max-jitter-ms': '5',
      'min-throughput-mbps': '900',
    };
    expect(read({ ...kubeconfig, ...given })).toMatchObject({
      transports: ['tcp', 'sctp'],
      targets: [{ host: '10.0.0.9', protocol: 'sctp', port: 38412, network: '*', reach: true }],
      sampling: { networks: ['media'], jitterMilliseconds: 5, megabitsPerSecond: 900 },
    });
  });

  it('choose checks by name and tag', () => {
    const chosen = (given: Given) => [...read({ ...kubeconfig, ...given }).chosen];
    expect(chosen({ checks: 'sctp', 'skip-checks': 'mtu' })).toEqual(['sctp-service', 'sctp-echo']);
    expect(chosen({ checks: 'isolation,reachability' })).toEqual(['reachability', 'isolation']);
    expect(chosen({ 'skip-checks': 'latency' })).not.toContain('latency');
  });

  it.each([
    'busybox',
    'busybox:1.37',
    'docker.io/praqma/network-multitool:latest',
    'public.ecr.aws/docker/library/busybox:1.37',
    'localhost:5000/team/tools',
  ])('take the image %s', (image) => {
    expect(read({ ...kubeconfig, image }).image).toBe(image);
  });
});

describe('bad input is named, with what is allowed', () => {
  it.each(badInputs)('%s', (_, given, input, allowed) => {
    const problem = problemsOf(given).find((one) => one.input === input);
    expect(problem?.allowed).toMatch(allowed);
  });

  it('all at once', () => {
    const given = { layout: 'star', keep: 'yes', 'timeout-minutes': '0' };
    expect(problemsOf(given).map(({ input }) => input)).toEqual([
      'layout',
      'keep',
      'timeout-minutes',
    ]);
  });
});
