import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import {
  CHAINED_ROLE_REFUSED,
  NEXT_STEP,
  PRINCIPAL_ARN,
  SAYS_EXPIRED,
  WEB_IDENTITY_REFUSED,
} from '../relied-on.ts';
import { documented, issue, localstack } from '../sources.ts';

const refusal = (code: string, message: string, status: number) => ({ code, status, message });

const TRUST = /the role's trust policy accepts this token/;
const DURATION = /role-duration-seconds is within/;

/** What STS answers to a job that wants to become a role. */
export const STS_FACTS: readonly Fact[] = [
  {
    id: 'provider-absent',
    call: 'AssumeRoleWithWebIdentity',
    when: 'the account has no identity provider for the issuer of the token',
    answer: refusal(
      'InvalidIdentityToken',
      'No OpenIDConnect provider found in your account for https://…',
      400,
    ),
    source: issue(
      'aws-actions/configure-aws-credentials#280',
      'aws-actions/configure-aws-credentials#721',
    ),
    kind: 'report',
    reliedOnBy: relied({ [WEB_IDENTITY_REFUSED]: TRUST }),
    standIn: 'same',
  },
  {
    id: 'audience-wrong',
    call: 'AssumeRoleWithWebIdentity',
    when: 'the provider does not list the audience of the token',
    answer: refusal('InvalidIdentityToken', 'Incorrect token audience', 400),
    source: issue('aws-actions/configure-aws-credentials#775', 'guardian/cdk#1350'),
    kind: 'report',
    reliedOnBy: relied({ [WEB_IDENTITY_REFUSED]: TRUST }),
    standIn: 'same',
  },
  {
    id: 'token-not-trusted',
    call: 'AssumeRoleWithWebIdentity',
    when: 'there is no such role, or its trust policy does not accept the token',
    answer: refusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403),
    source: issue(
      'aws-actions/configure-aws-credentials#318',
      'external-secrets/kubernetes-external-secrets#287',
    ),
    kind: 'report',
    reliedOnBy: relied({ [WEB_IDENTITY_REFUSED]: TRUST }),
    standIn: 'same',
  },
  {
    id: 'duration-too-long',
    call: 'AssumeRoleWithWebIdentity',
    when: 'the role allows only shorter sessions',
    answer: refusal(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      400,
    ),
    source: issue('kreuzwerker/awsu#27', 'ruimarinho/gsts#13'),
    kind: 'report',
    reliedOnBy: relied({ [WEB_IDENTITY_REFUSED]: DURATION }),
    standIn: 'same',
  },
  {
    id: 'chained-role-refused',
    call: 'AssumeRole',
    when: 'the first role may not assume the second one',
    answer: refusal(
      'AccessDenied',
      'User: … is not authorized to perform: sts:AssumeRole on resource: …',
      403,
    ),
    source: documented('IAM/latest/UserGuide/troubleshoot_roles.html'),
    kind: 'documentation',
    reliedOnBy: relied({ [CHAINED_ROLE_REFUSED]: /let the first role do sts:AssumeRole/ }),
    standIn: 'same',
  },
  {
    id: 'role-arn-invalid',
    call: 'AssumeRole',
    when: 'the ARN of the role is not one',
    answer: refusal('ValidationError', '… is invalid', 400),
    source: localstack('sts/test_sts'),
    kind: 'recording',
    reliedOnBy: relied({ [CHAINED_ROLE_REFUSED]: 'ValidationError' }),
    standIn: { differs: 'moto assumes any role.' },
  },
  {
    id: 'session-arn',
    call: 'GetCallerIdentity',
    when: 'the caller is a session of a role: the ARN lacks the path of the role',
    answer: {
      output: {
        Arn: 'arn:aws:sts::…:assumed-role/…/…',
        Account: '…',
        UserId: '…:…',
      },
      wire: {
        Arn: 'arn:aws:sts::111122223333:assumed-role/deployer/GitHubActions',
        Account: '111122223333',
        UserId: 'AROA123456789EXAMPLE:GitHubActions',
      },
    },
    source: documented('IAM/latest/UserGuide/reference_identifiers.html'),
    kind: 'documentation',
    reliedOnBy: relied({ [PRINCIPAL_ARN]: 'arn:aws:iam::111122223333:role/deployer' }),
    standIn: 'same',
  },
  {
    id: 'session-ended',
    call: 'GetCallerIdentity',
    when: 'the session of the caller has ended',
    answer: refusal('ExpiredToken', 'The security token included in the request is expired', 403),
    source: documented('STS/latest/APIReference/CommonErrors.html'),
    kind: 'documentation',
    reliedOnBy: relied({ [SAYS_EXPIRED]: true, [NEXT_STEP]: /^give the job credentials/ }),
    standIn: 'same',
  },
  {
    id: 'token-unknown',
    call: 'GetCallerIdentity',
    when: 'AWS does not know the access key',
    answer: refusal(
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      403,
    ),
    source: documented('STS/latest/APIReference/CommonErrors.html'),
    kind: 'documentation',
    reliedOnBy: relied({ [SAYS_EXPIRED]: false, [NEXT_STEP]: /^give the job credentials/ }),
    standIn: { absent: 'Keys and signatures are not verified.' },
  },
  {
    id: 'signature-wrong',
    call: 'GetCallerIdentity',
    when: 'the secret key is not that of the access key',
    answer: refusal(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      403,
    ),
    source: documented('STS/latest/APIReference/CommonErrors.html'),
    kind: 'documentation',
    reliedOnBy: relied({ [SAYS_EXPIRED]: false, [NEXT_STEP]: /^see that the secret key belongs/ }),
    standIn: { absent: 'Keys and signatures are not verified.' },
  },
];
