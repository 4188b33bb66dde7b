import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2';
import { CreateAccessEntryCommand, CreateClusterCommand } from '@aws-sdk/client-eks';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, REGION } from '../testing/local-aws.ts';
import { startTestAws, type TestAws } from '../testing/stand-in.ts';

const DELAY_MS = 1_500;
const clusterName = 'late';

let test: TestAws;

beforeAll(async () => {
  test = await startTestAws({ switches: { iamDelayMs: DELAY_MS } });
  const { ec2, eks } = test.clients;
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const subnets = ['a', 'b'].map(async (zone, index) => {
    const place = { CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `${REGION}${zone}` };
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, ...place }));
    return Subnet?.SubnetId ?? '';
  });
  const resourcesVpcConfig = { subnetIds: await Promise.all(subnets) };
  const roleArn = await newRole('cluster');
  const accessConfig = { authenticationMode: 'API_AND_CONFIG_MAP' } as const;
  const name = clusterName;
  await eks.send(new CreateClusterCommand({ name, roleArn, resourcesVpcConfig, accessConfig }));
  await eventually(async () => test.controlPlanes.has(name));
});
afterAll(() => test?.stop());

async function newRole(RoleName: string): Promise<string> {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  const made = await test.clients.iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }),
  );
  return made.Role?.Arn ?? '';
}

const admit = (principalArn: string) =>
  test.clients.eks.send(new CreateAccessEntryCommand({ clusterName, principalArn }));

it('EKS refuses a new role in the words of AWS, and takes it after the delay', async () => {
  const role = await newRole('nodes');
  const made = Date.now();
  await expect(admit(role)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining('principalArn is invalid: invalid principal'),
  });
  await eventually(() =>
    admit(role).then(
      () => true,
      () => false,
    ),
  );
  // moto keeps the date of a role in whole milliseconds.
  expect(Date.now() - made).toBeGreaterThanOrEqual(DELAY_MS - 100);
});

it('a role that never comes stays refused', async () => {
  await expect(admit('arn:aws:iam::123456789012:role/nobody')).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});
