import { describe, expect, it } from 'vitest';
import { badInputs, direct, lab, onBase } from '../../dev/testing/samples/configure-inputs.ts';
import { inputProblems } from '../../dev/testing/samples/input-problems.ts';
import { parseInputs } from './inputs.ts';

const read = (inputs: Readonly<Record<string, string>>, region?: string) =>
  parseInputs((name) => inputs[name] ?? '', region);

const problems = (inputs: Readonly<Record<string, string>>, region?: string) =>
  inputProblems(() => read(inputs, region));

describe('good inputs', () => {
  it('are complete with environment and networks', () => {
    expect(read(lab)).toMatchObject({
      target: {
        address: { kind: 'eks', name: 'eks-multus-cluster', region: 'ap-northeast-2' },
        region: 'ap-northeast-2',
      },
      role: {
        roleArn: undefined,
        chainedRoleArn: undefined,
        allowedAccountIds: [],
        audience: 'sts.amazonaws.com',
        durationSeconds: 3600,
      },
      mapRoleArns: ['arn:aws:iam::123456789012:role/ng1-node'],
      expectedNodes: 2,
      attachments: [{ name: 'ipvlan-conf-1' }, { name: 'ipvlan-conf-2' }],
      warnings: [expect.stringMatching(/each node allocates from the range on its own/)],
      multus: {
        mode: 'thick',
        image:
          '602401143452.dkr.ecr.ap-northeast-2.amazonaws.com/eks/multus-cni:v4.1.4-eksbuild.3_thick',
      },
      timeoutMs: 900_000,
    });
  });

  it('name a cluster by its name, endpoint and certificate authority', () => {
    const inputs = read(direct);
    expect(inputs.target.address).toMatchObject({
      kind: 'eks',
      name: 'c1',
      region: 'eu-central-2',
    });
    expect(inputs.multus.image).toMatch(/^900612956339\.dkr\.ecr\.eu-central-2/);
    expect(inputs).toMatchObject({ expectedNodes: 1, mapRoleArns: undefined });
    const { 'aws-region': _, ...rest } = direct;
    expect(read(rest, 'us-east-1').target.region).toBe('us-east-1');
  });

  it('name a cluster by a kubeconfig', () => {
    const image = `registry.example.com:5000/mirror/multus:v4@sha256:${'a'.repeat(64)}`;
    const inputs = read({ kubeconfig: 'k', networks: direct.networks, 'multus-image': image });
    expect(inputs.target).toEqual({
      address: { kind: 'kubeconfig', path: 'k' },
      environment: undefined,
      region: undefined,
    });
    expect(inputs.multus.image).toBe(image);
  });

  it('use the image of the Multus project for thin mode in every region', () => {
    const { multus } = read({ ...direct, 'multus-mode': 'thin' });
    expect(multus).toEqual({
      mode: 'thin',
      image: 'ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-debug',
    });
    const kubeconfig = { kubeconfig: 'k', networks: direct.networks, 'multus-mode': 'thin' };
    expect(read(kubeconfig).multus).toEqual(multus);
  });

  it('put networks on a shared cluster into the namespace of the environment', () => {
    const { attachments, pruneIn } = read({ ...onBase, prune: 'true' });
    expect(attachments.map(({ namespace }) => namespace)).toEqual(['pr-7', 'pr-7']);
    expect(pruneIn).toEqual(['pr-7']);
  });

  it('take precedence over the environment', () => {
    const roles = 'arn:aws:iam::111122223333:role/a\narn:aws:iam::111122223333:role/p/b';
    const inputs = read({ ...lab, 'node-role-arns': roles, 'expected-nodes': '5' });
    expect(inputs).toMatchObject({ mapRoleArns: roles.split('\n'), expectedNodes: 5 });
    expect(read({ ...lab, authentication: 'access-entries' }).mapRoleArns).toBeUndefined();
    expect(read({ ...lab, authentication: 'both' }).mapRoleArns).toHaveLength(1);
  });
});

describe('bad inputs', () => {
  it.each(badInputs)('%s', (_name, inputs, input, allowed) => {
    const found = problems(inputs);
    expect(found.map((problem) => problem.input)).toContain(input);
    expect(found.find((problem) => problem.input === input)?.allowed).toMatch(allowed);
  });

  it('are reported together', () => {
    const inputs = {
      ...direct,
      'cluster-name': '',
      'cluster-endpoint': '',
      authentication: 'both',
    };
    expect(problems(inputs).map(({ input }) => input)).toEqual([
      'cluster-name',
      'cluster-endpoint',
      'node-role-arns',
    ]);
  });

  it('include a missing region', () => {
    const { 'aws-region': _, ...rest } = direct;
    expect(problems(rest).map(({ input }) => input)).toEqual(['aws-region']);
  });
});
