/** What `cfn/github-guards.yaml` makes beside the role that CloudFormation uses: `<role>-guard`. */
export interface GuardRole {
  /** The role with which EventBridge Scheduler deletes stacks. */
  readonly arn: string;
  /** The group that the schedules are in. */
  readonly group: string;
}

/** @param serviceRole the ARN of the role that CloudFormation uses */
export function guardRoleBeside(serviceRole: string): GuardRole {
  const group = `${serviceRole.slice(serviceRole.lastIndexOf('/') + 1)}-guard`;
  return { arn: serviceRole.replace(/:role\/.*$/, `:role/${group}`), group };
}
