import { ROLE_ARN, ROLE_ARN_ALLOWED } from '../aws/credential-fields.ts';
import { flag, oneOf, text } from '../github/inputs.ts';

/** Inputs about how CloudFormation treats the stacks. */
export const stackFields = {
  'on-failure': oneOf(['rollback', 'keep', 'delete']).default('rollback'),
  'termination-protection': flag().optional(),
  'cloudformation-role-arn': text(ROLE_ARN, ROLE_ARN_ALLOWED).optional(),
};
