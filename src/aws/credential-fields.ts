import { z } from 'zod';
import { inFileAs, list, listForm, text, wholeNumber } from '../github/inputs.ts';
import type { CredentialsRequest } from './credentials.ts';

export const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
export const ROLE_ARN_ALLOWED =
  'the ARN of an IAM role, such as arn:aws:iam::111122223333:role/eks-multus-deployer';

/** Who may be let into a cluster: roles and users, with their paths, and no sessions of roles. */
export const PRINCIPAL_ARN = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;
export const PRINCIPAL_ARN_ALLOWED =
  'the ARN of an IAM role or user with its path, such as arn:aws:iam::111122223333:role/team/ops; for a session (assumed-role), `aws iam get-role` says the ARN of its role';

/** The inputs for the role with which an action calls AWS; spread them into the action's schema. */
export const roleFields = {
  'role-to-assume': text(ROLE_ARN, ROLE_ARN_ALLOWED).optional(),
  'chained-role': text(ROLE_ARN, ROLE_ARN_ALLOWED).optional(),
  'allowed-account-ids': inFileAs(
    list(text(/^\d{12}$/, 'AWS account ids of 12 digits')),
    listForm(z.union([z.string(), z.number()])),
  ).default([]),
  audience: text(/^\S+$/, 'an audience without spaces').default('sts.amazonaws.com'),
  'role-duration-seconds': wholeNumber(900, 43_200).default(3600),
};

export const REGION_ALLOWED = 'an AWS region such as ap-northeast-2';

/** The role inputs and the region. */
export const credentialFields = {
  'aws-region': text(/^[a-z]{2}(-[a-z]+)+-\d$/, REGION_ALLOWED),
  ...roleFields,
};

type RoleInputs = z.output<z.ZodObject<typeof roleFields>>;

export type RoleChoice = Omit<CredentialsRequest, 'region' | 'sessionName'>;

/** The credentials that the inputs ask for, without the region and the session name. */
export function roleRequest(inputs: RoleInputs): RoleChoice {
  return {
    roleArn: inputs['role-to-assume'],
    chainedRoleArn: inputs['chained-role'],
    allowedAccountIds: inputs['allowed-account-ids'],
    audience: inputs.audience,
    durationSeconds: inputs['role-duration-seconds'],
  };
}
