import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecr from '@aws-sdk/client-ecr';
import * as eks from '@aws-sdk/client-eks';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as servicequotas from '@aws-sdk/client-service-quotas';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import type { Given } from './deciders/given.ts';
import type { Fact, Service } from './fact.ts';
import { wireAnswer } from './wire.ts';

interface Client {
  send(command: object): Promise<unknown>;
}

/** The real clients by service. */
const CLIENTS: Readonly<Record<Service, new (config: object) => Client>> = {
  autoscaling: autoscaling.AutoScalingClient,
  cloudformation: cloudformation.CloudFormationClient,
  ec2: ec2.EC2Client,
  ecr: ecr.ECRClient,
  eks: eks.EKSClient,
  events: events.EventBridgeClient,
  iam: iam.IAMClient,
  kms: kms.KMSClient,
  lambda: lambda.LambdaClient,
  logs: logs.CloudWatchLogsClient,
  s3: s3.S3Client,
  servicequotas: servicequotas.ServiceQuotasClient,
  ssm: ssm.SSMClient,
  sts: sts.STSClient,
};

const MODULES: Readonly<Record<Service, object>> = {
  autoscaling,
  cloudformation,
  ec2,
  ecr,
  eks,
  events,
  iam,
  kms,
  lambda,
  logs,
  s3,
  servicequotas,
  ssm,
  sts,
};

/** What the REST calls have in their paths; the other protocols need no input to get an answer. */
const INPUT = {
  Bucket: 'b',
  Key: 'k',
  FunctionName: 'f',
  name: 'n',
  clusterName: 'n',
  addonName: 'n',
  principalArn: 'arn:aws:iam::111122223333:role/r',
  Policy: '{}',
  Body: 'x',
};

/** A server that gives the answer of one fact at a time, to whatever it is asked. */
export interface AnsweringServer {
  readonly url: string;
  /** Sends a fact's answer through the SDK's real client of its service. */
  send(service: Service, fact: Fact): Promise<Given>;
  close(): Promise<void>;
}

export async function startAnsweringServer(): Promise<AnsweringServer> {
  let current = { status: 500, headers: {}, body: '' };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(current.status, current.headers);
      response.end(request.method === 'HEAD' ? undefined : current.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients = new Map<Service, Client>();
  return {
    url,
    async send(service, fact) {
      current = wireAnswer(service, fact);
      const client = clients.get(service) ?? clientOf(service, url);
      clients.set(service, client);
      try {
        return { error: undefined, output: await client.send(commandOf(service, fact.call)) };
      } catch (error) {
        return { error, output: undefined };
      }
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function clientOf(service: Service, endpoint: string): Client {
  const credentials = { accessKeyId: 'AKIAFACTS', secretAccessKey: 's' };
  const settings = { endpoint, region: 'ap-northeast-2', credentials, maxAttempts: 1 };
  return new CLIENTS[service]({ ...settings, forcePathStyle: true });
}

function commandOf(service: Service, call: string): object {
  const found = Object.entries(MODULES[service]).find(([name]) => name === `${call}Command`);
  if (found === undefined) throw new Error(`the client of ${service} has no call ${call}`);
  const Command = found[1] as new (input: object) => object;
  return new Command(INPUT);
}
