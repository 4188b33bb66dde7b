import { errorAnswer } from '../gateway/aws-call.ts';
import { ServiceError } from '../gateway/query-protocol.ts';
import type { AwsRequest, AwsResponse, AwsService } from '../gateway/service.ts';

interface Quota {
  readonly service: string;
  readonly name: string;
  readonly value: number;
}

/**
 * The quotas of an account that is in use, by their codes. VPCs, gateways and addresses have AWS's defaults; an account
 * without history has 5 vCPUs of each kind, or none.
 */
const QUOTAS: Readonly<Record<string, Quota>> = {
  'L-F678F1CE': { service: 'vpc', name: 'VPCs per Region', value: 5 },
  'L-FE5A380F': { service: 'vpc', name: 'NAT gateways per Availability Zone', value: 5 },
  'L-0263D0A3': { service: 'ec2', name: 'EC2-VPC Elastic IPs', value: 5 },
  'L-1194D53C': { service: 'eks', name: 'Clusters', value: 100 },
  'L-1216C47A': {
    service: 'ec2',
    name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    value: 640,
  },
  'L-DB2E81BA': { service: 'ec2', name: 'Running On-Demand G and VT instances', value: 0 },
  'L-417A185B': { service: 'ec2', name: 'Running On-Demand P instances', value: 0 },
  'L-34B43A08': {
    service: 'ec2',
    name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests',
    value: 640,
  },
};

/**
 * The Service Quotas API of one account. A code that it does not know is answered like a quota without a value of the
 * account. Leaves out everything but GetServiceQuota.
 *
 * @param changed values by code
 */
export function serviceQuotas(
  account: string,
  changed: Readonly<Record<string, number>> = {},
): AwsService {
  return {
    name: 'servicequotas',
    async handle(request) {
      try {
        return answerTo(request, account, changed);
      } catch (error) {
        return errorAnswer('servicequotas', error);
      }
    },
  };
}

function answerTo(
  request: AwsRequest,
  account: string,
  changed: Readonly<Record<string, number>>,
): AwsResponse {
  const action = request.headers['x-amz-target']?.split('.').at(-1);
  if (action !== 'GetServiceQuota') {
    const message = `the servicequotas stand-in does not implement ${action}`;
    throw new ServiceError('UnknownOperationException', message);
  }
  const { ServiceCode = '', QuotaCode = '' } = JSON.parse(request.body.toString('utf8'));
  const quota = Object.hasOwn(QUOTAS, QuotaCode) ? QUOTAS[QuotaCode] : undefined;
  if (quota === undefined || quota.service !== ServiceCode) {
    const message = 'The request failed because the specified resource does not exist.';
    throw new ServiceError('NoSuchResourceException', message);
  }
  const Quota = {
    ServiceCode,
    QuotaCode,
    QuotaArn: `arn:aws:servicequotas:${request.region}:${account}:${ServiceCode}/${QuotaCode}`,
    QuotaName: quota.name,
    Value: changed[QuotaCode] ?? quota.value,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Quota }),
  };
}
