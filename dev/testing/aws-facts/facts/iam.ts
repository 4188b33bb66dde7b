import { type Fact, relied } from '../fact.ts';
import { ACTUAL_ARN, ASK, IS_MISSING } from '../relied-on.ts';
import { custodian, documented, localstack } from '../sources.ts';

const refusal = (code: string, message: string, status: number) => ({ code, status, message });

/** What IAM answers about roles and identity providers. CloudFormation calls it for the stacks. */
export const IAM_FACTS: readonly Fact[] = [
  {
    id: 'role-unknown',
    call: 'GetRole',
    when: 'there is no such role',
    answer: refusal('NoSuchEntity', 'The role with name … cannot be found.', 404),
    source: custodian('test_delete_role'),
    kind: 'recording',
    reliedOnBy: relied({ [ACTUAL_ARN]: false, [IS_MISSING]: true }),
    standIn: { differs: 'moto has other words. Code and status are the same.' },
  },
  {
    id: 'profile-unknown',
    call: 'DeleteInstanceProfile',
    when: 'there is no such instance profile',
    answer: refusal('NoSuchEntity', 'Instance Profile … cannot be found.', 404),
    source: custodian('test_iam_role_delete'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: { differs: 'moto has other words. Code and status are the same.' },
  },
  {
    id: 'provider-unknown',
    call: 'GetOpenIDConnectProvider',
    when: 'there is no such identity provider',
    answer: refusal('NoSuchEntity', 'OpenIDConnect Provider not found for arn …', 404),
    source: custodian('iam_delete_provider_oidc'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'simulation-of-unknown-role',
    call: 'SimulatePrincipalPolicy',
    when: 'there is no such role',
    answer: refusal('NoSuchEntity', 'Unable to retrieve specified IAM entity.', 404),
    source: custodian('test_aws_lambda_check_permission_deleted_role'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'simulation',
    call: 'SimulatePrincipalPolicy',
    when: 'one or several resources are given: one result for each action, with its resources inside',
    answer: {
      output: {
        EvaluationResults: [
          {
            EvalActionName: 's3:GetObject',
            EvalDecision: 'implicitDeny',
            ResourceSpecificResults: [
              {
                EvalResourceName: 'arn:aws:s3:::bucket/key',
                EvalResourceDecision: 'implicitDeny',
                MissingContextValues: ['aws:RequestTag/team'],
              },
            ],
          },
        ],
        IsTruncated: false,
      },
    },
    source: documented('IAM/latest/APIReference/API_EvaluationResult.html'),
    kind: 'documentation',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'simulation-refused',
    call: 'SimulatePrincipalPolicy',
    when: 'thirty actions on twenty resources are too many for one call, or a resource is not of the action',
    answer: refusal('InvalidInput', '…', 400),
    source: 'quoted in aws-containers/amazon-ecs-exec-checker#35 for another input',
    kind: 'doubt',
    reliedOnBy: relied({ [ASK]: /InvalidInput/ }),
    standIn: { absent: 'The stand-in simulates as many as it is asked for.' },
  },
  {
    id: 'role-in-use',
    call: 'DeleteRole',
    when: 'the role still has policies',
    answer: refusal('DeleteConflict', 'Cannot delete entity, must … first.', 409),
    source: localstack('iam/test_iam'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'trust-policy-malformed',
    call: 'CreateRole',
    when: 'the trust policy is not JSON',
    answer: refusal('MalformedPolicyDocument', 'This policy contains invalid Json', 400),
    source: localstack('iam/test_iam'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: { differs: 'moto stores any text.' },
  },
  {
    id: 'policy-not-attachable',
    call: 'AttachRolePolicy',
    when: 'there is no such managed policy',
    answer: refusal('NoSuchEntity', 'Policy … does not exist or is not attachable.', 404),
    source: localstack('iam/test_iam'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
];
