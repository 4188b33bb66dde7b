import { HOOK_DECIDERS } from './attach-enis.ts';
import { AWS_DECIDERS } from './aws.ts';
import { CLOUDFORMATION_DECIDERS } from './cloudformation.ts';
import type { Ask } from './given.ts';
import { PREFLIGHT_DECIDERS } from './preflight.ts';

/** How to ask each decider, by its name. */
export const DECIDERS: Readonly<Record<string, Ask>> = {
  ...AWS_DECIDERS,
  ...CLOUDFORMATION_DECIDERS,
  ...HOOK_DECIDERS,
  ...PREFLIGHT_DECIDERS,
};

/** What `findDeciders` finds although it decides by no answer of AWS, and why that is so. */
export const NO_DECIDERS: Readonly<Record<string, string>> = {
  'cfn/attach-enis/attach.ts#errorName': 'only reads the code; its callers decide',
  'cfn/attach-enis/hook.ts#cleanUp':
    'shows the causes of an AggregateError that the hook itself makes',
  'src/aws/aws-error.ts#networkCode': 'about the way to AWS: the codes are those of Node',
  'src/aws/ecr.ts#ecrRegistry': 'reads the name of an image',
  'src/aws/places.ts#prefixOf': 'reads the name of an environment',
  'src/aws/places.ts#heldPlaces': 'reads the keys that the pack itself gives to objects',
  'src/aws/places.ts#holderIn': 'reads what the pack itself has written',
  'src/aws/staging-bucket.ts#statusOf': 'only reads the status; its callers decide',
  'src/aws/bucket-conflicts.ts#afterBucketConflicts':
    'tells an error of its own, and asks isBucketConflict',
  'src/aws/web-identity.ts#subjectAdvice': "about GitHub: the subject of the job's own token",
  'src/provision/given-cluster/look-inside.ts#lookInside': 'about the API server of Kubernetes',
  'src/provision/given-cluster/look-inside.ts#isRefusal': 'about the API server of Kubernetes',
  'src/provision/given-cluster/look-inside.ts#reasonIn': 'about the API server of Kubernetes',
  'src/provision/preflight/account/ask.ts#permissionOf':
    'reads which call failed, which our own clients write into the error',
  'src/cloudformation/concurrent-runs.ts#isOvertaken':
    'tells an error of its own, and asks saysAnotherWasFirst',
  'src/cloudformation/operation-failed.ts#resourceLine': "reads the pack's own templates",
  'src/cloudformation/operation-failed.ts#declaredResources': "reads the pack's own templates",
  'src/cloudformation/polling.ts#leastRemainingMs':
    'reads the end of a status, and only sets how often to ask',
};
