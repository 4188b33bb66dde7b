import { expect, it } from 'vitest';
import {
  detachedInterface,
  networkInterface,
} from '../../dev/testing/samples/network-interface.ts';
import { compareInterfaces } from './rollout.ts';

it('counts attached interfaces, those left behind since the beginning, and addresses on two', () => {
  const before = [networkInterface(), detachedInterface({ id: 'eni-old' })];
  const after = [
    networkInterface({ id: 'eni-2', primary: '10.0.4.21', prefixes: ['10.0.4.128/28'] }),
    networkInterface({ id: 'eni-3', primary: '10.0.4.22', prefixes: ['10.0.4.128/28'] }),
    networkInterface({ id: 'eni-4', primary: '10.0.4.21', subnetId: 'subnet-20' }),
    detachedInterface({ id: 'eni-old', primary: '10.0.4.23' }),
    detachedInterface({ id: 'eni-new', primary: '10.0.4.24' }),
  ];
  expect(compareInterfaces(before, after)).toEqual({
    attached: 3,
    leaked: ['eni-new'],
    doubled: ['subnet-10 10.0.4.128/28'],
  });
});
