import { expect, it } from 'vitest';
import { principalArn } from './identity.ts';

it.each([
  ['arn:aws:iam::111122223333:user/ci/bot', 'arn:aws:iam::111122223333:user/ci/bot'],
  [
    'arn:aws-cn:sts::111122223333:assumed-role/deployer/run-7',
    'arn:aws-cn:iam::111122223333:role/deployer',
  ],
  ['arn:aws:iam::111122223333:root', undefined],
  ['arn:aws:sts::111122223333:federated-user/x', undefined],
])('the principal behind %s', (caller, principal) => {
  expect(principalArn(caller)).toBe(principal);
});
