import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeServices, S3 } from '../../../vpc/node-services.ts';
import type { Endpoint, GivenVpcFacts, Route } from '../given-vpc-facts.ts';
import { ACCOUNT, goodFacts, labSetUp } from '../testing/good-account.ts';
import { checkEndpoints } from './check-endpoints.ts';
import { sentence } from './finding.ts';

const REGION = 'com.amazonaws.ap-northeast-2';
const LOCAL: Route = { destination: '10.0.0.0/16', target: 'local', active: true };

const to = (target: string): Route => ({ destination: '0.0.0.0/0', target, active: true });

function endpoint(service: string, of: Partial<Endpoint> = {}): Endpoint {
  return {
    id: `vpce-${service}`,
    service: `${REGION}.${service}`,
    isGateway: service === S3.service,
    routeTableIds: service === S3.service ? ['rtb-a', 'rtb-b'] : [],
    privateDns: service !== S3.service,
    httpsFrom: service === S3.service ? [] : ['10.0.0.0/16'],
    ...of,
  };
}

/** The VPC of others: two private subnets, each with its own routes. */
function vpcWith(endpoints: readonly Endpoint[], ...defaults: readonly Route[]): GivenVpcFacts {
  const table = (id: string) => ({
    id: `rtb-${id}`,
    isMain: false,
    subnetIds: [`subnet-${id}`],
    routes: [LOCAL, ...defaults],
  });
  return {
    id: 'vpc-given',
    ownerId: ACCOUNT,
    tags: {},
    cidrs: ['10.0.0.0/16'],
    dnsSupport: true,
    dnsHostnames: true,
    subnets: [],
    routeTables: [table('a'), table('b')],
    networkAcls: [],
    endpoints,
  };
}

const CLOSED = { internet: 'none' };

function found(vpc: GivenVpcFacts, inputs: Readonly<Record<string, string>> = {}) {
  const lab = labSetUp(inputs);
  const network = {
    ...lab.network,
    privateSubnets: ['10.0.1.0/24', '10.0.2.0/24'],
    givenVpc: { id: vpc.id, privateSubnetIds: ['subnet-a', 'subnet-b'] },
  };
  return checkEndpoints.find({ ...lab, network }, { ...goodFacts(lab), givenVpc: { value: vpc } });
}

const texts = (...args: Parameters<typeof found>) => found(...args).map(sentence);

/** All services that nodes call, in the order of the findings. */
function servicesOf(inputs: Readonly<Record<string, string>>): readonly string[] {
  const { cluster, sessionManager } = labSetUp(inputs).inputs;
  const services = nodeServices({ vpcCniRights: cluster.vpcCniRights, sessionManager });
  return [...services, S3].map(({ service }) => service);
}

const settings = fc.record({
  'vpc-cni-rights': fc.constantFrom('pod-identity', 'node-role'),
  'session-manager': fc.constantFrom('true', 'false'),
});

describe('without a way to the internet', () => {
  it('each missing endpoint is named, and no other, whatever nodes call', () => {
    fc.assert(
      fc.property(settings, fc.func(fc.boolean()), (inputs, isMissing) => {
        const services = servicesOf(inputs);
        const missing = services.filter((service) => isMissing(service));
        const there = services.filter((service) => !missing.includes(service));
        const findings = found(vpcWith(there.map((one) => endpoint(one))), inputs);
        const named = findings.map(({ text }) => / endpoint for (\S+?),? /.exec(text)?.[1]);
        expect(new Set(named)).toEqual(new Set(missing));
        expect(findings.every(({ level }) => level === 'problem')).toBe(true);
      }),
    );
  });

  it('nothing is wrong when nodes need none, as a default route leads out', () => {
    expect(found(vpcWith([], to('nat-1')))).toEqual([]);
  });

  it('a finding says which nodes, what calls, and what to do', () => {
    const there = servicesOf({}).filter((one) => one !== 'ecr.dkr');
    expect(texts(vpcWith(there.map((one) => endpoint(one))), CLOSED)).toEqual([
      'private-subnets: vpc-given has no endpoint for ecr.dkr, which nodes in subnet-a, subnet-b call (containerd, for images). Fix: let its owner make the interface endpoint com.amazonaws.ap-northeast-2.ecr.dkr with private DNS',
    ]);
  });
});

/** All endpoints, one of them changed. */
function changed(service: string, of: Partial<Endpoint>): readonly Endpoint[] {
  return servicesOf({}).map((one) => endpoint(one, one === service ? of : {}));
}

describe('an endpoint that nodes do not reach', () => {
  it.each<[what: string, endpoints: readonly Endpoint[], says: string]>([
    [
      'without private DNS',
      changed('ec2', { privateDns: false }),
      'the endpoint vpce-ec2 for ec2 has no private DNS',
    ],
    [
      'closed to one subnet',
      changed('ecr.api', { httpsFrom: ['10.0.1.0/24'] }),
      'the security groups of the endpoint vpce-ecr.api for ecr.api do not let subnet-b (10.0.2.0/24) in by HTTPS',
    ],
    [
      'for another route table',
      changed('s3', { routeTableIds: ['rtb-a'] }),
      'no endpoint for s3 serves subnet-b, by its route table rtb-b',
    ],
    [
      'of another region',
      changed('ec2', { service: 'com.amazonaws.us-east-1.ec2' }),
      'vpc-given has no endpoint for ec2',
    ],
  ])('%s', (_, endpoints, says) => {
    const [finding, ...others] = found(vpcWith(endpoints), CLOSED);
    expect(finding).toMatchObject({ level: 'problem', text: expect.stringContaining(says) });
    expect(others).toEqual([]);
  });

  it('is none when S3 has an interface with private DNS', () => {
    const s3 = { isGateway: false, privateDns: true, httpsFrom: ['0.0.0.0/0'] };
    expect(found(vpcWith(changed('s3', s3)), CLOSED)).toEqual([]);
  });
});

describe('with internet none', () => {
  it('a route to the internet is noticed, and does not do in place of endpoints', () => {
    const findings = found(vpcWith([], to('nat-1')), CLOSED);
    expect(findings[0]).toMatchObject({ level: 'notice' });
    expect(findings.filter(({ level }) => level === 'problem')).toHaveLength(
      servicesOf({}).length + 1,
    );
  });

  it('a route to a transit gateway may lead to endpoints that nobody sees from here', () => {
    const findings = found(vpcWith([], to('tgw-1')), CLOSED);
    expect(findings.length).toBeGreaterThan(3);
    expect(findings.every(({ level }) => level === 'notice')).toBe(true);
  });
});
