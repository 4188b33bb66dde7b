import {
  ADMIN_ROLE,
  type Attack,
  arn,
  attack,
  deployer,
  GUARD_ROLE,
  guard,
  SERVICE_ROLE,
  STACK,
  service,
  TAGGED,
  TEMPLATE,
} from './attack.ts';

const SCHEDULE = arn('scheduler', 'schedule/eks-multus-cloudformation-guard/evil');
const EXPIRING = { ...TAGGED, 'aws:ResourceTag/eks-multus:expires-at': '2026-11-30T12:00:00Z' };
const TO_SCHEDULER = { 'iam:PassedToService': 'scheduler.amazonaws.com' };

/** Ways to more than expired environments by the schedules that delete these. */
export const GUARD_ATTACKS: readonly Attack[] = [
  attack(
    'guard: delete an environment that does not expire',
    guard('cloudformation:DeleteStack', STACK, TAGGED),
  ),
  attack(
    "guard: delete somebody else's stack, tagged like an environment",
    guard('cloudformation:DeleteStack', arn('cloudformation', 'stack/billing/1'), EXPIRING),
  ),
  attack(
    'guard: delete a stack with the role of administrators',
    guard('cloudformation:DeleteStack', STACK, {
      ...EXPIRING,
      'cloudformation:RoleArn': ADMIN_ROLE,
    }),
  ),
  {
    name: "guard: delete the roles' own stack",
    steps: ({ rolesStack }) => [guard('cloudformation:DeleteStack', rolesStack, EXPIRING)],
  },
  attack('guard: change a stack', guard('cloudformation:UpdateStack', STACK, EXPIRING)),
  attack('guard: end instances', guard('ec2:TerminateInstances', arn('ec2', 'instance/i-1'))),
  attack('make a schedule without a template', deployer('scheduler:CreateSchedule', SCHEDULE)),
  attack(
    'make a schedule that works with the role of administrators',
    ...TEMPLATE,
    service('scheduler:CreateSchedule', SCHEDULE),
    service('iam:PassRole', ADMIN_ROLE, TO_SCHEDULER),
  ),
  attack(
    'make a schedule that works with the role of CloudFormation',
    ...TEMPLATE,
    service('scheduler:CreateSchedule', SCHEDULE),
    service('iam:PassRole', SERVICE_ROLE, TO_SCHEDULER),
  ),
  attack(
    "run a function with the guards' role",
    ...TEMPLATE,
    service('iam:PassRole', GUARD_ROLE, { 'iam:PassedToService': 'lambda.amazonaws.com' }),
  ),
  attack(
    "write the policy of the guards' role",
    ...TEMPLATE,
    service('iam:PutRolePolicy', GUARD_ROLE),
  ),
  attack(
    "let others take on the guards' role",
    ...TEMPLATE,
    service('iam:UpdateAssumeRolePolicy', GUARD_ROLE),
  ),
  attack(
    "stop somebody else's schedule",
    ...TEMPLATE,
    service('scheduler:DeleteSchedule', arn('scheduler', 'schedule/default/payments')),
  ),
];
