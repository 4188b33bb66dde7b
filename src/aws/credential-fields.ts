import { text, wholeNumber } from '../github/inputs.ts';

export const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
export const ROLE_ARN_ALLOWED =
  'the ARN of an IAM role, such as arn:aws:iam::111122223333:role/eks-multus-deployer';

/** The inputs that say where and as whom an action calls AWS; spread them into the schema of the action. */
export const credentialFields = {
  'aws-region': text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as ap-northeast-2'),
  'role-to-assume': text(ROLE_ARN, ROLE_ARN_ALLOWED).optional(),
  audience: text(/^\S+$/, 'an audience without spaces').default('sts.amazonaws.com'),
  'role-duration-seconds': wholeNumber(900, 43_200).default(3600),
};
