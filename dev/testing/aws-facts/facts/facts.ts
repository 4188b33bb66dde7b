import type { Fact, Service } from '../fact.ts';
import { AUTO_SCALING_FACTS } from './autoscaling.ts';
import { CHANGE_SET_FACTS } from './cloudformation-change-sets.ts';
import { CHANGE_FACTS } from './cloudformation-changes.ts';
import { EVENT_FACTS } from './cloudformation-events.ts';
import { STACK_FACTS } from './cloudformation-stacks.ts';
import { VALIDATION_FACTS } from './cloudformation-validations.ts';
import { EC2_FACTS } from './ec2.ts';
import { INTERFACE_FACTS } from './ec2-interfaces.ts';
import { IPV6_FACTS } from './ec2-ipv6.ts';
import { ROUTE_FACTS } from './ec2-routes.ts';
import { ECR_FACTS } from './ecr.ts';
import { EKS_FACTS } from './eks.ts';
import { EVENT_BUS_FACTS } from './events.ts';
import { IAM_FACTS } from './iam.ts';
import { KMS_FACTS } from './kms.ts';
import { LAMBDA_FACTS } from './lambda.ts';
import { LOGS_FACTS } from './logs.ts';
import { QUOTA_FACTS } from './quotas.ts';
import { S3_FACTS } from './s3.ts';
import { SSM_FACTS } from './ssm.ts';
import { STS_FACTS } from './sts.ts';

/** All facts by service. */
export const FACTS: Readonly<Record<Service, readonly Fact[]>> = {
  cloudformation: [
    ...STACK_FACTS,
    ...CHANGE_SET_FACTS,
    ...CHANGE_FACTS,
    ...VALIDATION_FACTS,
    ...EVENT_FACTS,
  ],
  autoscaling: AUTO_SCALING_FACTS,
  ec2: [...INTERFACE_FACTS, ...EC2_FACTS, ...ROUTE_FACTS, ...IPV6_FACTS],
  ecr: ECR_FACTS,
  eks: EKS_FACTS,
  events: EVENT_BUS_FACTS,
  iam: IAM_FACTS,
  kms: KMS_FACTS,
  lambda: LAMBDA_FACTS,
  logs: LOGS_FACTS,
  s3: S3_FACTS,
  servicequotas: QUOTA_FACTS,
  ssm: SSM_FACTS,
  sts: STS_FACTS,
};

/** Each fact with its service. */
export function allFacts(): readonly (readonly [service: Service, fact: Fact])[] {
  return Object.entries(FACTS).flatMap(([service, facts]) =>
    facts.map((fact) => [service as Service, fact] as const),
  );
}
