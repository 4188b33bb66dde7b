import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { type AwsCaller, createClient } from '../../../aws/clients.ts';
import { inParallel } from '../../../core/in-parallel.ts';
import type { Answer } from '../facts.ts';
import type { Quota } from '../quotas.ts';
import { ask } from './ask.ts';

/** The values of quotas by their codes. Leaves out those for which Service Quotas has no value of the account. */
export function askQuotas(
  caller: AwsCaller,
  quotas: readonly Quota[],
): Promise<Answer<Readonly<Record<string, number>>>> {
  const client = createClient(ServiceQuotasClient, caller);
  return ask('servicequotas:GetServiceQuota', async () => {
    const values = await inParallel(quotas, 5, (quota) => valueIn(client, quota));
    return Object.fromEntries(values.flat());
  });
}

async function valueIn(
  client: ServiceQuotasClient,
  { service: ServiceCode, code: QuotaCode }: Quota,
): Promise<readonly (readonly [string, number])[]> {
  try {
    const { Quota } = await client.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }));
    return Quota?.Value === undefined ? [] : [[QuotaCode, Quota.Value]];
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchResourceException') return [];
    throw error;
  }
}
