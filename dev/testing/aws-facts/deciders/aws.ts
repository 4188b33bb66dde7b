import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { EKSClient } from '@aws-sdk/client-eks';
import type { S3Client } from '@aws-sdk/client-s3';
import { explainAwsError, isMissing, saysDenied } from '../../../../src/aws/aws-error.ts';
import { isBucketConflict, isTaken } from '../../../../src/aws/bucket-conflicts.ts';
import { clusterTraces } from '../../../../src/aws/cluster-traces.ts';
import { assumeChainedRole, saysExpired } from '../../../../src/aws/credentials.ts';
import { ecrDigest } from '../../../../src/aws/ecr.ts';
import { principalArn } from '../../../../src/aws/identity.ts';
import type { Ec2 } from '../../../../src/aws/network-interfaces.ts';
import { s3Places } from '../../../../src/aws/places.ts';
import { s3Staging } from '../../../../src/aws/staging.ts';
import {
  bucketExists,
  deleteBucketIfUnused,
  ensureBucket,
  hasNoTags,
  isInAnotherRegion,
  versionsIn,
} from '../../../../src/aws/staging-bucket.ts';
import { leftoverInterfaces, sweepGroup } from '../../../../src/aws/sweep.ts';
import { assumeRole } from '../../../../src/aws/web-identity.ts';
import { CloudError } from '../../../../src/core/errors.ts';
import { ENVIRONMENT_TAG } from '../../../../src/environment/tags.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { networkInterface } from '../../samples/network-interface.ts';
import * as names from '../relied-on.ts';
import { type Ask, CALLER, clientGiving, type Given, outcomeOf } from './given.ts';

const BUCKET = { name: 'mine', region: 'ap-northeast-2', accountId: '111122223333' };
const READY = { GetBucketTagging: { TagSet: [{ Key: 'eks-multus:staging', Value: 'ready' }] } };
const ROLE = {
  region: 'ap-northeast-2',
  roleArn: 'arn:aws:iam::111122223333:role/deployer',
  sessionName: 'facts',
  audience: 'sts.amazonaws.com',
  durationSeconds: 3600,
};

/** How to ask the deciders of `src/aws`. */
export const AWS_DECIDERS: Readonly<Record<string, Ask>> = {
  [names.EXPLAIN]: ({ error }) => explainAwsError(error) instanceof CloudError,
  [names.IS_SERVICE_ERROR]: ({ error }) => explainAwsError(error) instanceof CloudError,
  [names.NEXT_STEP]: ({ error }) => {
    const explained = explainAwsError(error);
    return explained instanceof CloudError ? explained.failure.nextStep : 'not explained';
  },
  [names.IS_MISSING]: ({ error }) => isMissing(error),
  [names.CLUSTER_EXISTS]: (given) => {
    const eks = clientGiving<EKSClient>(given, 'DescribeCluster');
    return outcomeOf(() => clusterTraces(eks, {} as CloudWatchLogsClient).clusterExists('x'));
  },
  [names.ECR_DIGEST]: async () => {
    const image = { registryId: '111122223333', region: ROLE.region, repository: 'r', tag: 't' };
    return outcomeOf(
      async () => (await ecrDigest(CALLER, { ...image, digest: undefined })) ?? 'no such image',
    );
  },
  [names.SAYS_DENIED]: ({ error }) => saysDenied(error),
  [names.SAYS_EXPIRED]: ({ error }) => saysExpired(error),
  [names.PRINCIPAL_ARN]: ({ output }) => principalArn((output as { Arn: string }).Arn),
  // Both make their own client of STS, which the environment leads to the server with the fact's answer.
  [names.CHAINED_ROLE_REFUSED]: () =>
    outcomeOf(() =>
      assumeChainedRole(
        ROLE,
        async () => KEYS,
        () => {},
      ),
    ),
  [names.WEB_IDENTITY_REFUSED]: () =>
    outcomeOf(() => assumeRole(ROLE, { idToken: async () => 'a.b.c', mask: () => {} })),
  [names.OUTCOME_OF]: ({ error }) => outcomeOf(() => sweptOutcome(error)),
  [names.LEFTOVER_INTERFACES]: ({ output }) => {
    const { NetworkInterfaces = [] } = output as { NetworkInterfaces?: { Description: string }[] };
    const [{ Description: description } = { Description: '' }] = NetworkInterfaces;
    const found = networkInterface({ status: 'available', tags: {}, description });
    return leftoverInterfaces([found], 'cluster').length === 1;
  },
  ...bucketDeciders(),
};

const KEYS = { accessKeyId: 'AKIAFACTS', secretAccessKey: 's' };

function bucketDeciders(): Readonly<Record<string, Ask>> {
  return {
    [names.HAS_NO_TAGS]: ({ error }) => hasNoTags(error),
    [names.IS_IN_ANOTHER_REGION]: ({ error }) => isInAnotherRegion(error),
    [names.IS_BUCKET_CONFLICT]: ({ error }) => isBucketConflict(error),
    [names.IS_TAKEN]: ({ error }) => isTaken(error),
    [names.OWNERSHIP]: (given) =>
      outcomeOf(() => bucketExists(clientGiving<S3Client>(given, 'GetBucketTagging'), BUCKET)),
    [names.DELETE_BUCKET]: (given) =>
      outcomeOf(() =>
        deleteBucketIfUnused(clientGiving<S3Client>(given, 'DeleteBucket', READY), BUCKET),
      ),
    [names.VERSIONS_IN]: (given) =>
      outcomeOf(async () => {
        const s3 = clientGiving<S3Client>(given, 'ListObjectVersions');
        return (await versionsIn(s3, BUCKET, { Prefix: 'lab/' })).length;
      }),
    [names.CREATE_BUCKET]: (given) =>
      outcomeOf(async () => {
        await ensureBucket(withoutBucket(given), BUCKET);
        return 'goes on';
      }),
    [names.READ_PLACE]: (given) =>
      outcomeOf(async () => {
        const Versions = [{ Key: 'pr-places/1', VersionId: '1' }];
        const s3 = clientGiving<S3Client>(given, 'GetObject', { ListObjectVersions: { Versions } });
        const waiting = { clock: fakeClock(), log: { info: () => undefined } };
        const held = await s3Places(s3, { bucket: BUCKET, prefix: 'pr' }, waiting).held();
        return held.length === 0 ? 'nobody has the place' : 'somebody has the place';
      }),
    [names.VERSION_WITH]: (given) =>
      outcomeOf(async () => {
        const uploaded = { ...READY, PutObject: { VersionId: 'v' } };
        const s3 = clientGiving<S3Client>(given, 'GetObject', uploaded);
        return (await staged(s3)).outcome;
      }),
  };
}

function staged(s3: S3Client) {
  const waiting = { clock: fakeClock(), log: { info: () => {} } };
  return s3Staging(s3, waiting).stage(BUCKET, 'e/x', new Uint8Array(), 60_000);
}

interface Sender {
  send(command: object): Promise<object>;
}

const ABSENT = Object.assign(new Error('absent'), { $metadata: { httpStatusCode: 404 } });

/** A client of S3 in which the bucket does not exist yet. */
function withoutBucket(given: Given): S3Client {
  const { send } = clientGiving<Sender>(given, 'CreateBucket');
  return {
    send: async (command: object) => {
      if (command.constructor.name === 'GetBucketTaggingCommand') throw ABSENT;
      return send(command);
    },
  } as unknown as S3Client;
}

/** What a sweep makes of an error with which the removal of an interface ends. */
async function sweptOutcome(error: unknown): Promise<'removed' | 'in use' | 'denied'> {
  const tags = { [ENVIRONMENT_TAG]: 'e' };
  const found = networkInterface({ id: 'eni-1', status: 'available', tags });
  const ec2: Ec2 = {
    interfacesIn: async () => [found],
    securityGroupsIn: async () => [],
    tagged: async () => [],
    removeInterface: () => Promise.reject(error),
    removeSecurityGroup: async () => {},
    reservationsOf: async () => [],
    removeReservation: async () => {},
  };
  const { removed, blockers } = await sweepGroup(ec2, 'vpc-1', 'e', undefined);
  if (removed.length > 0) return 'removed';
  return blockers.some((one) => one.includes('may not delete')) ? 'denied' : 'in use';
}
