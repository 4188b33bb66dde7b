/** The names of deciders, as `findDeciders` gives them. Facts refer to them, `deciders/` knows how to ask them. */

export const DOES_NOT_EXIST = 'src/cloudformation/answers.ts#doesNotExist';
export const IS_NOT_ALLOWED = 'src/cloudformation/answers.ts#isNotAllowed';
export const CREATE_CHANGE_SET = 'src/cloudformation/sdk-stack-api.ts#createChangeSet';
export const IS_CONFLICT = 'src/cloudformation/answers.ts#saysAnotherWasFirst';
export const SAYS_NO_CHANGES = 'src/cloudformation/answers.ts#saysNoChanges';
export const IS_BEING_DELETED = 'src/cloudformation/answers.ts#isBeingDeleted';
export const PROBLEM_OF = 'src/cloudformation/sdk-stack-api.ts#problemOf';
export const MAY_BE_END = 'src/cloudformation/follow.ts#mayBeEnd';
export const IS_REPLACED = 'src/cloudformation/replacement.ts#isReplaced';
export const IS_CANCELLED = 'src/cloudformation/stack-events.ts#isCancelled';
export const ENDS_IN_FAILURE = 'src/cloudformation/stack-events.ts#endsInFailure';

export const EXPLAIN = 'src/aws/aws-error.ts#explainAwsError';
export const IS_SERVICE_ERROR = 'src/aws/aws-error.ts#isServiceError';
export const IS_MISSING = 'src/aws/aws-error.ts#isMissing';
export const SAYS_DENIED = 'src/aws/aws-error.ts#saysDenied';
export const NEXT_STEP = 'src/aws/aws-error.ts#nextStep';
export const ECR_DIGEST = 'src/aws/ecr.ts#ecrDigest';
export const CLUSTER_EXISTS = 'src/aws/cluster-traces.ts#clusterTraces';
export const SAYS_EXPIRED = 'src/aws/credentials.ts#saysExpired';
export const CHAINED_ROLE_REFUSED = 'src/aws/credentials.ts#refused';
export const WEB_IDENTITY_REFUSED = 'src/aws/web-identity.ts#refused';
export const PRINCIPAL_ARN = 'src/aws/identity.ts#principalArn';
export const LEFTOVER_INTERFACES = 'src/aws/sweep.ts#leftoverInterfaces';
export const OUTCOME_OF = 'src/aws/sweep.ts#outcomeOf';
export const DELETE_BUCKET = 'src/aws/staging-bucket.ts#deleteBucketIfUnused';
export const VERSIONS_IN = 'src/aws/staging-bucket.ts#versionsIn';
export const CREATE_BUCKET = 'src/aws/staging-bucket.ts#createBucket';
export const OWNERSHIP = 'src/aws/staging-bucket.ts#ownership';
export const HAS_NO_TAGS = 'src/aws/staging-bucket.ts#hasNoTags';
export const IS_IN_ANOTHER_REGION = 'src/aws/staging-bucket.ts#isInAnotherRegion';
export const READ_PLACE = 'src/aws/places.ts#readPlace';
export const VERSION_WITH = 'src/aws/staging.ts#versionWith';
export const IS_TAKEN = 'src/aws/bucket-conflicts.ts#isTaken';
export const IS_BUCKET_CONFLICT = 'src/aws/bucket-conflicts.ts#isBucketConflict';

export const GIVEN_CLUSTER = 'src/provision/given-cluster/ask-given-cluster.ts#askGivenCluster';
export const ASK = 'src/provision/preflight/account/ask.ts#ask';
export const HAS_KEY_PAIR = 'src/provision/preflight/account/ask-ec2.ts#hasKeyPair';
export const DRY_RUN = 'src/provision/preflight/account/ask-ec2.ts#dryRun';
export const ACTUAL_ARN = 'src/provision/preflight/account/ask-iam.ts#actualArn';
export const QUOTA_VALUE = 'src/provision/preflight/account/ask-quotas.ts#valueIn';

export const MAY_PASS = 'cfn/attach-enis/attach.ts#mayPass';
export const RELEASE = 'cfn/attach-enis/attach.ts#release';
export const IS_NOT_ACTIVE = 'cfn/attach-enis/hook.ts#isNotActive';
