import type { Connection } from '../../../src/kubernetes/connection.ts';
import type { Treatment } from '../servers/gateway.ts';

/** The policy denies whatever this user writes. */
export const POLICY_USER = { user: 'denied-by-policy', group: 'system:masters' } as const;
/** The webhook denies whatever this user writes. */
export const WEBHOOK_USER = { user: 'denied-by-webhook', group: 'system:masters' } as const;

const WRITES = [
  {
    apiGroups: ['*'],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    resources: ['*'],
  },
];

const matching = ({ user }: { readonly user: string }) => [
  { name: 'user', expression: `request.userInfo.username == '${user}'` },
];

/** A ValidatingAdmissionPolicy with a message of its own. */
export async function denyByPolicy({ api }: Connection): Promise<void> {
  const group = '/apis/admissionregistration.k8s.io/v1';
  await api.create(`${group}/validatingadmissionpolicies`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'change-freeze' },
    spec: {
      matchConstraints: { resourceRules: WRITES },
      matchConditions: matching(POLICY_USER),
      validations: [{ expression: 'false', message: 'change freeze until Monday' }],
    },
  });
  await api.create(`${group}/validatingadmissionpolicybindings`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'change-freeze' },
    spec: { policyName: 'change-freeze', validationActions: ['Deny'] },
  });
}

/** Nobody listens where the webhook for this user should be. */
export const DEAD_WEBHOOK_USER = { user: 'without-webhook', group: 'system:masters' } as const;

/** Has the API server ask a webhook about what a user writes. */
export async function askWebhook(
  { api }: Connection,
  sender: { readonly user: string },
  { url, authority }: { readonly url: string; readonly authority: string },
): Promise<void> {
  await api.create('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: sender.user },
    webhooks: [
      {
        name: 'owners.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { url, caBundle: authority },
        rules: WRITES,
        matchConditions: matching(sender),
        timeoutSeconds: 5,
      },
    ],
  });
}

/** The webhook that denies, as an HTTPS server would answer. */
export const DENIES: Treatment = ({ request, response }) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const review = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const status = { code: 403, message: 'ask #team-network for an exemption' };
    const answer = { uid: review.request.uid, allowed: false, status };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...review, request: undefined, response: answer }));
  });
};
