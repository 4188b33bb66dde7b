import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KMSClient } from '@aws-sdk/client-kms';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Behaviour, STRICT } from '../../../stand-ins/aws/cloudformation/behaviour.ts';
import type { Engine } from '../../../stand-ins/aws/cloudformation/engine.ts';
import {
  type ScriptedPacing,
  scriptedPacing,
} from '../../../stand-ins/aws/cloudformation/testing/scripted-pacing.ts';
import { type Clients, clientsOf, REGION } from '../../../stand-ins/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../../stand-ins/aws/testing/stand-in.ts';

export const ISSUER = 'https://token.actions.githubusercontent.com';

/** The stand-in for AWS, and what makes it answer in a certain way. */
export interface World {
  readonly aws: TestAws;
  readonly clients: Clients & { readonly kms: KMSClient };
  /** Clients of a caller from outside, to whom the switch `deny` refuses the calls in `REFUSED_CALLS`. */
  readonly denied: Clients & { readonly kms: KMSClient };
  /** Clients of a session that has ended. */
  readonly ended: Clients;
  /** Clients of a stand-in that throttles every call. */
  readonly throttled: Clients;
  readonly pacing: ScriptedPacing;
  /** Where CloudFormation differs from its strict defaults; a provocation sets it back. */
  readonly behaviour: Behaviour;
  /** A signed ID token of GitHub. */
  readonly token: (claims?: { readonly aud?: string; readonly iss?: string }) => Promise<string>;
  stop(): Promise<void>;
}

/** Provokes an answer: resolves to the output, or rejects with the service's error. */
export type Provoke = (world: World) => Promise<unknown>;
export type Provocations = Readonly<Record<string, Provoke>>;

/** What the switch `deny` refuses. It spares the stand-in's own keys. */
const REFUSED_CALLS = [
  'cloudformation:DescribeStacks',
  'ec2:DeleteNetworkInterface',
  'kms:DescribeKey',
  'sts:AssumeRole',
];

export async function startWorld(): Promise<World> {
  const { keys, token } = await issuer();
  const jwks = `http://127.0.0.1:${(keys.address() as AddressInfo).port}`;
  const pacing = scriptedPacing();
  const engines: Engine[] = [];
  const onEngine = (engine: Engine) => void engines.push(engine);
  const pace = { retryDelaysMs: [10], secondMs: 10 };
  const [aws, overloaded] = await Promise.all([
    startTestAws({
      jwksUrls: { [ISSUER]: jwks },
      pacing,
      pace,
      onEngine,
      switches: { deny: REFUSED_CALLS },
    }),
    startTestAws({ switches: { throttle: 1 } }),
  ]);
  const { endpoint } = aws;
  const key = 'AKIAENDED';
  aws.aws.sessions.end(key);
  const kmsOf = (accessKeyId: string) => {
    const credentials = { accessKeyId, secretAccessKey: 's' };
    return new KMSClient({ endpoint, region: REGION, credentials, maxAttempts: 1 });
  };
  return {
    aws,
    clients: { ...aws.clients, kms: kmsOf('AKIAREHEARSALACCOUNT') },
    denied: { ...clientsOf(endpoint, 'AKIAFACTS'), kms: kmsOf('AKIAFACTS') },
    ended: clientsOf(endpoint, key),
    throttled: clientsOf(overloaded.endpoint, 'AKIAFACTS'),
    pacing,
    behaviour: engines[0]?.behaviour ?? STRICT,
    token,
    async stop() {
      keys.close();
      await Promise.all([aws.stop(), overloaded.stop()]);
    },
  };
}

/** An issuer of ID tokens: the server of its keys, and its pen. */
async function issuer(): Promise<{ keys: Server; token: World['token'] }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  const keys = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const token: World['token'] = ({ aud = 'sts.amazonaws.com', iss = ISSUER } = {}) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(iss)
      .setSubject('repo:acme/lab:ref:refs/heads/main')
      .setAudience(aud)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  return { keys, token };
}
