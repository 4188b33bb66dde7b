import { expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { attachmentsOf } from '../../dev/testing/samples/attachments.ts';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { networkInterface } from '../../dev/testing/samples/network-interface.ts';
import { checkVpc, type InterfaceSource } from './check-vpc.ts';

const attachments = attachmentsOf([
  { name: 'lab', network: 1, ipam: 'host-local', range: '10.0.4.70-10.0.4.80' },
  { name: 'data', network: 1 },
]);
const eth1 = networkInterface({ prefixes: ['10.0.4.128/28'] });

async function check(source: InterfaceSource, environment = labEnvironment()) {
  const log = recordingLog();
  await checkVpc(attachments, environment, source, log);
  return log.lines;
}

it('lists the interfaces in the Multus subnets, and logs how many addresses nodes have for pods', async () => {
  const filtersUsed: unknown[] = [];
  const lines = await check(async (filters) => {
    filtersUsed.push(filters);
    return [eth1];
  });
  const subnets = ['subnet-10', 'subnet-11', 'subnet-20', 'subnet-21'];
  expect(filtersUsed).toEqual([{ 'subnet-id': subnets }]);
  expect(lines).toEqual(['network 1: 1 nodes, each with 16 addresses for pods']);
});

it('rejects an address that an interface already has', async () => {
  await expect(check(async () => [{ ...eth1, primary: '10.0.4.75' }])).rejects.toThrow(
    /Input "networks": got .*10\.0\.4\.70-10\.0\.4\.80.*lab\.range: a range clear of 10\.0\.4\.75/s,
  );
});

it('logs why it cannot check, and goes on', async () => {
  expect(await check(undefined)).toEqual([
    expect.stringMatching(/Cannot check .*environment is not set/),
  ]);
  const denied = Object.assign(new Error('not allowed'), { name: 'UnauthorizedOperation' });
  expect(await check(() => Promise.reject(denied))).toEqual([
    expect.stringMatching(/Cannot check .*UnauthorizedOperation: not allowed/),
  ]);
});
