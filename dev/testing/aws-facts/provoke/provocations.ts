import { AUTO_SCALING } from './autoscaling.ts';
import { CHANGE_SETS } from './change-sets.ts';
import { EC2 } from './ec2.ts';
import { EC2_IPV6 } from './ec2-ipv6.ts';
import { EKS } from './eks.ts';
import { IAM_AND_KMS, STS } from './identity.ts';
import { PREFLIGHT } from './preflight.ts';
import { ECR, LAMBDA, LOGS, OTHERS } from './runtime.ts';
import { S3 } from './s3.ts';
import { STACK_EVENTS } from './stack-events.ts';
import { STACKS } from './stacks.ts';
import type { Provocations } from './world.ts';

/** How to provoke each answer that the stand-in gives as AWS does, by the id of its fact. */
export const PROVOCATIONS: Provocations = {
  ...AUTO_SCALING,
  ...CHANGE_SETS,
  ...EC2,
  ...EC2_IPV6,
  ...ECR,
  ...EKS,
  ...IAM_AND_KMS,
  ...LAMBDA,
  ...LOGS,
  ...OTHERS,
  ...PREFLIGHT,
  ...S3,
  ...STACKS,
  ...STACK_EVENTS,
  ...STS,
};
