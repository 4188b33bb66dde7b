import { autoScalingHandlers } from './autoscaling.ts';
import { gatewayHandlers } from './ec2/gateways.ts';
import { launchTemplateHandlers } from './ec2/launch-templates.ts';
import { networkHandlers } from './ec2/network.ts';
import { routeHandlers } from './ec2/routes.ts';
import { securityGroupHandlers } from './ec2/security-groups.ts';
import { subnetHandlers } from './ec2/subnets.ts';
import { accessHandlers } from './eks-access.ts';
import { clusterHandlers } from './eks-cluster.ts';
import { eventsLogsHandlers } from './events-logs.ts';
import type { AnyHandler } from './handler.ts';
import { iamHandlers } from './iam.ts';
import { managedPolicyHandlers } from './iam-managed-policy.ts';
import { oidcProviderHandlers } from './iam-oidc.ts';
import { kmsHandlers } from './kms.ts';
import { lambdaHandlers } from './lambda.ts';
import { schedulerHandlers } from './scheduler.ts';
import { ssmHandlers } from './ssm.ts';

export type Handlers = Readonly<Record<string, AnyHandler>>;

/** All resource types that the rehearsal's CloudFormation can create. */
export const handlers: Handlers = {
  ...networkHandlers,
  ...subnetHandlers,
  ...gatewayHandlers,
  ...routeHandlers,
  ...securityGroupHandlers,
  ...launchTemplateHandlers,
  ...iamHandlers,
  ...managedPolicyHandlers,
  ...oidcProviderHandlers,
  ...kmsHandlers,
  ...clusterHandlers,
  ...accessHandlers,
  ...autoScalingHandlers,
  ...lambdaHandlers,
  ...eventsLogsHandlers,
  ...schedulerHandlers,
  ...ssmHandlers,
};
