import { expect, it } from 'vitest';
import { corednsImage, corednsObjects } from './coredns.ts';

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly clusterIP?: string };
}

const objects = (serviceCidr: string) =>
  corednsObjects(serviceCidr, 'eu-central-1') as readonly Named[];

it.each([
  ['172.20.0.0/16', '172.20.0.10'],
  ['10.100.0.0/16', '10.100.0.10'],
])('answers in %s at the address that kubelets tell to pods', (cidr, address) => {
  const service = objects(cidr).find(({ kind }) => kind === 'Service');
  expect(service).toMatchObject({ metadata: { name: 'kube-dns' }, spec: { clusterIP: address } });
});

it('comes from the registry of the region', () => {
  const deployment = JSON.stringify(
    objects('172.20.0.0/16').find(({ kind }) => kind === 'Deployment'),
  );
  expect(deployment).toContain(`"${corednsImage('eu-central-1')}"`);
  expect(deployment).toContain('602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks/coredns:v1.');
});
