import type { AwsCall } from './aws-call.ts';

type Call = Pick<AwsCall, 'service' | 'action'>;
type Route = readonly [pattern: RegExp, action: string];

const BUCKET = '/[^/?]+/?';
const S3: readonly Route[] = [
  [new RegExp(`^HEAD ${BUCKET}$`), 'ListBucket'],
  [new RegExp(`^PUT ${BUCKET}$`), 'CreateBucket'],
  [new RegExp(`^DELETE ${BUCKET}$`), 'DeleteBucket'],
  [new RegExp(`^GET ${BUCKET}\\?versions$`), 'ListBucketVersions'],
  [new RegExp(`^GET ${BUCKET}\\?tagging$`), 'GetBucketTagging'],
  [new RegExp(`^PUT ${BUCKET}\\?tagging$`), 'PutBucketTagging'],
  [new RegExp(`^PUT ${BUCKET}\\?policy$`), 'PutBucketPolicy'],
  [new RegExp(`^PUT ${BUCKET}\\?versioning$`), 'PutBucketVersioning'],
  [new RegExp(`^PUT ${BUCKET}\\?encryption$`), 'PutEncryptionConfiguration'],
  [new RegExp(`^PUT ${BUCKET}\\?publicAccessBlock$`), 'PutBucketPublicAccessBlock'],
  // The sweep names objects with their versions.
  [new RegExp(`^POST ${BUCKET}\\?delete$`), 'DeleteObjectVersion'],
  [/^(GET|HEAD) \/[^/]+\/[^?]+$/, 'GetObject'],
  [/^PUT \/[^/]+\/[^?]+$/, 'PutObject'],
];

const ENTRY = '/clusters/[^/]+/access-entries/[^/]+';
const EKS: readonly Route[] = [
  [/^POST \/clusters$/, 'CreateCluster'],
  [/^GET \/clusters$/, 'ListClusters'],
  [/^GET \/cluster-versions$/, 'DescribeClusterVersions'],
  [/^GET \/clusters\/[^/]+$/, 'DescribeCluster'],
  [/^DELETE \/clusters\/[^/]+$/, 'DeleteCluster'],
  [/^POST \/clusters\/[^/]+\/update-config$/, 'UpdateClusterConfig'],
  [/^POST \/clusters\/[^/]+\/updates$/, 'UpdateClusterVersion'],
  [/^GET \/clusters\/[^/]+\/updates\/[^/]+$/, 'DescribeUpdate'],
  [/^POST \/clusters\/[^/]+\/access-entries$/, 'CreateAccessEntry'],
  [new RegExp(`^GET ${ENTRY}$`), 'DescribeAccessEntry'],
  [new RegExp(`^POST ${ENTRY}$`), 'UpdateAccessEntry'],
  [new RegExp(`^DELETE ${ENTRY}$`), 'DeleteAccessEntry'],
  [new RegExp(`^POST ${ENTRY}/access-policies$`), 'AssociateAccessPolicy'],
  [new RegExp(`^DELETE ${ENTRY}/access-policies/[^/]+$`), 'DisassociateAccessPolicy'],
  [/^POST \/clusters\/[^/]+\/addons$/, 'CreateAddon'],
  [/^GET \/clusters\/[^/]+\/addons(\?.*)?$/, 'ListAddons'],
  [/^GET \/clusters\/[^/]+\/addons\/[^/]+$/, 'DescribeAddon'],
  [/^GET \/addons\/supported-versions(\?.*)?$/, 'DescribeAddonVersions'],
  [/^POST \/clusters\/[^/]+\/insights$/, 'ListInsights'],
  [/^GET \/clusters\/[^/]+\/insights\/[^/]+$/, 'DescribeInsight'],
  [/^POST \/clusters\/[^/]+\/addons\/[^/]+\/update$/, 'UpdateAddon'],
  [/^DELETE \/clusters\/[^/]+\/addons\/[^/]+$/, 'DeleteAddon'],
  [/^POST \/tags\/.+$/, 'TagResource'],
  [/^DELETE \/tags\/.+$/, 'UntagResource'],
];

const FUNCTION = '/2015-03-31/functions/[^/]+';
const LAMBDA: readonly Route[] = [
  [/^POST \/2015-03-31\/functions$/, 'CreateFunction'],
  [new RegExp(`^GET ${FUNCTION}$`), 'GetFunction'],
  [new RegExp(`^DELETE ${FUNCTION}$`), 'DeleteFunction'],
  [new RegExp(`^GET ${FUNCTION}/configuration$`), 'GetFunctionConfiguration'],
  [new RegExp(`^PUT ${FUNCTION}/configuration$`), 'UpdateFunctionConfiguration'],
  [new RegExp(`^PUT ${FUNCTION}/code$`), 'UpdateFunctionCode'],
  [new RegExp(`^POST ${FUNCTION}/policy$`), 'AddPermission'],
  [new RegExp(`^GET ${FUNCTION}/policy$`), 'GetPolicy'],
  [new RegExp(`^DELETE ${FUNCTION}/policy/[^/]+$`), 'RemovePermission'],
  [/^POST \/2017-03-31\/tags\/.+$/, 'TagResource'],
  [/^DELETE \/2017-03-31\/tags\/.+$/, 'UntagResource'],
];

const SCHEDULER: readonly Route[] = [
  [/^POST \/schedules\/[^/]+$/, 'CreateSchedule'],
  [/^PUT \/schedules\/[^/]+$/, 'UpdateSchedule'],
  [/^GET \/schedules\/[^/]+$/, 'GetSchedule'],
  [/^DELETE \/schedules\/[^/]+$/, 'DeleteSchedule'],
  [/^POST \/schedule-groups\/[^/]+$/, 'CreateScheduleGroup'],
  [/^GET \/schedule-groups\/[^/]+$/, 'GetScheduleGroup'],
  [/^DELETE \/schedule-groups\/[^/]+$/, 'DeleteScheduleGroup'],
];

const ROUTES: Readonly<Record<string, readonly Route[]>> = {
  s3: S3,
  eks: EKS,
  lambda: LAMBDA,
  scheduler: SCHEDULER,
};

/**
 * The IAM permission that a recorded call needs, such as `s3:PutBucketTagging`. A call that is missing in
 * these tables keeps its recorded name, which no policy contains.
 */
export function iamAction({ service, action }: Call): string {
  const routes = ROUTES[service] ?? [];
  const name = routes.find(([pattern]) => pattern.test(action))?.[1] ?? action;
  return `${service}:${name}`;
}
