import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitToCluster, type GivenClusterRequest, type PresentCluster } from './present-cluster.ts';
import { presentCluster } from './testing/present-cluster.ts';

const MODES = ['API', 'API_AND_CONFIG_MAP', 'CONFIG_MAP'] as const;
const ZONES = ['ap-northeast-2a', 'ap-northeast-2b', 'ap-northeast-2c'];

function request(of: Partial<GivenClusterRequest> = {}): GivenClusterRequest {
  const vpc = {
    zones: [],
    privateSubnets: [],
    multusNetworks: 1,
    multusSubnets: [],
    subnetCidrs: { multus: [['10.0.4.0/24', '10.0.5.0/24']] },
  };
  return { name: 'platform', authentication: undefined, vpc, ...of };
}

const subnets = ZONES.map((zone, index) => ({ id: `subnet-0000000${index}`, zone }));
const fitTo = (of: Partial<GivenClusterRequest>, cluster: Partial<PresentCluster> = {}) =>
  fitToCluster(request(of), presentCluster(cluster), subnets);

describe('a request on a cluster of others', () => {
  it('gets the VPC of the cluster, and its private subnets', () => {
    const found = fitTo({});
    expect(found).toMatchObject({
      vpc: { vpcId: 'vpc-11111111', privateSubnets: subnets.map(({ id }) => ({ id })) },
    });
  });

  it('gets the private subnets of the zones that it names', () => {
    const vpc = { ...request().vpc, zones: ZONES.slice(0, 2) };
    expect(fitTo({ vpc })).toMatchObject({
      vpc: { privateSubnets: subnets.slice(0, 2).map(({ id }) => ({ id })) },
    });
  });

  it('keeps the private subnets that it names', () => {
    const vpc = { ...request().vpc, privateSubnets: [{ tag: 'tier', value: 'nodes' }] };
    expect(fitTo({ vpc })).toMatchObject({ vpc: { privateSubnets: vpc.privateSubnets } });
  });

  it('cannot be met by a cluster without private subnets', () => {
    expect(fitToCluster(request(), presentCluster(), [])).toEqual({
      problems: [
        expect.objectContaining({
          input: 'private-subnets',
          allowed: expect.stringContaining('subnet-0000000a'),
        }),
      ],
    });
  });

  it('cannot be met by a cluster of IPv6', () => {
    expect(fitTo({}, { serviceCidr: undefined })).toEqual({
      problems: [expect.objectContaining({ input: 'existing-cluster', value: 'platform' })],
    });
  });

  it.each([
    ['API', 'access-entries'],
    ['API_AND_CONFIG_MAP', 'access-entries'],
    ['CONFIG_MAP', 'aws-auth'],
  ] as const)('lets nodes into a cluster of mode %s by %s', (authenticationMode, way) => {
    expect(fitTo({}, { authenticationMode })).toMatchObject({ authentication: way });
  });

  it('never lets nodes in by a way that the cluster does not have', () => {
    const ways = fc.constantFrom(undefined, 'access-entries', 'aws-auth', 'both');
    fc.assert(
      fc.property(fc.constantFrom(...MODES), ways, (authenticationMode, authentication) => {
        const found = fitTo({ authentication: authentication as never }, { authenticationMode });
        if ('problems' in found) {
          expect(found.problems).toEqual([
            expect.objectContaining({ input: 'authentication', value: authentication }),
          ]);
          return;
        }
        if (authentication !== undefined) expect(found.authentication).toBe(authentication);
        if (found.authentication !== 'aws-auth') expect(authenticationMode).not.toBe('CONFIG_MAP');
        if (found.authentication !== 'access-entries') expect(authenticationMode).not.toBe('API');
      }),
    );
  });
});
