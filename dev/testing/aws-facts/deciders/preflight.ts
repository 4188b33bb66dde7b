import type { EC2Client } from '@aws-sdk/client-ec2';
import type { EKSClient } from '@aws-sdk/client-eks';
import { askGivenCluster } from '../../../../src/provision/given-cluster/ask-given-cluster.ts';
import { ask } from '../../../../src/provision/preflight/account/ask.ts';
import { askEc2 } from '../../../../src/provision/preflight/account/ask-ec2.ts';
import { askIam } from '../../../../src/provision/preflight/account/ask-iam.ts';
import { askQuotas } from '../../../../src/provision/preflight/account/ask-quotas.ts';
import { type Answer, known } from '../../../../src/provision/preflight/facts.ts';
import { VPCS } from '../../../../src/provision/preflight/quotas.ts';
import * as names from '../relied-on.ts';
import { type Ask, CALLER, clientGiving } from './given.ts';

const ROLE = 'arn:aws:iam::111122223333:role/deployer';
const ec2 = (given: Parameters<Ask>[0], call: string) =>
  askEc2(clientGiving<EC2Client>(given, call));
const why = (answer: Answer<unknown>) => ('unknown' in answer ? answer.unknown : 'known');

/** How to ask the deciders of the preflight. */
export const PREFLIGHT_DECIDERS: Readonly<Record<string, Ask>> = {
  [names.ASK]: async ({ error }) => {
    const { operation, message } = error as Error & { operation?: string };
    const [, permission = operation ?? ''] = /to perform: (\S+)/.exec(message) ?? [];
    return why(await ask(permission, () => Promise.reject(error)));
  },
  [names.GIVEN_CLUSTER]: async (given) => {
    const eks = clientGiving<EKSClient>(given, 'DescribeCluster');
    const never = () => Promise.reject(new Error('nobody looks inside'));
    const { present } = askGivenCluster(eks, {} as EC2Client, never);
    return known(await present('x')) !== undefined;
  },
  [names.HAS_KEY_PAIR]: async (given) =>
    known(await ec2(given, 'DescribeKeyPairs').keyPair('mine')),
  [names.DRY_RUN]: async (given) =>
    known(await ec2(given, 'CreateVpc').dryRuns('mine'))?.[0]?.allowed,
  [names.ACTUAL_ARN]: async () =>
    known(await askIam(CALLER).missingPrincipals([ROLE]))?.length === 0,
  [names.QUOTA_VALUE]: async () => JSON.stringify(known(await askQuotas(CALLER, [VPCS]))),
};
