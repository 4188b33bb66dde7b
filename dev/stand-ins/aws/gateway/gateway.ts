import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { type Disturb, disturb, reset } from '../faults/disturbance.ts';
import { type AwsCall, errorAnswer, isMutation, isStreamed, readCall } from './aws-call.ts';
import { callMoto, streamToMoto } from './moto-proxy.ts';
import { ServiceError } from './query-protocol.ts';
import type { AwsResponse, AwsService } from './service.ts';

/** The front door of the rehearsal's AWS: the one endpoint that every SDK and CLI is pointed at. */
export interface Gateway {
  readonly url: string;
  /** Every call so far, oldest first. */
  calls(): readonly CallRecord[];
  /** Calls that no part of the stand-in could serve: what a passing rehearsal has none of. */
  failures(): readonly CallRecord[];
  /** Called after each call that changed something. Returns how to stop listening. */
  onMutation(listener: MutationListener): () => void;
  stop(): Promise<void>;
}

export interface CallRecord {
  /** ISO 8601. */
  readonly time: string;
  readonly service: string;
  readonly action: string;
  readonly accessKey: string | undefined;
  readonly status: number;
  readonly ms: number;
  /** Something befell it on its way, on purpose; status 0 when it had no answer for that. */
  readonly disturbed?: true;
  /** For a failure: why. */
  readonly problem?: string;
}

export type MutationListener = (service: string, action: string, call: AwsCall) => void;

/** Answers some calls itself; undefined leaves the call to the next one, and at last to moto. */
export type Answer = (call: AwsCall) => Promise<AwsResponse | undefined>;

export interface GatewayOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly motoUrl: string;
  readonly services: readonly AwsService[];
  /** Tried before the services, in order. */
  readonly answers?: readonly Answer[];
  /** What befalls calls before they are served. */
  readonly disturb?: Disturb;
  /** Path of the request log, one JSON object a line. */
  readonly log?: string;
}

/** Starts the gateway on 127.0.0.1. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const records: CallRecord[] = [];
  const listeners = new Set<MutationListener>();
  const log = openLog(options.log);
  const answers = [...(options.answers ?? []), ...options.services.map(ofService)];

  // An idle connection that ended by itself would now and then end under a call that is just being sent.
  const server = createServer({ keepAliveTimeout: 0 }, (from, to) => {
    void serve(from, to, { ...options, answers }, (call, record) => {
      records.push(record);
      log.write(record);
      if (record.status > 0 && record.status < 400 && isMutation(call)) {
        for (const listener of listeners) tell(listener, call);
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => records,
    failures: () => records.filter((record) => record.problem !== undefined),
    onMutation(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => log.end(resolve));
        server.closeAllConnections();
      }),
  };
}

function ofService(service: AwsService): Answer {
  return async (call) => (call.service === service.name ? service.handle(call) : undefined);
}

async function serve(
  from: IncomingMessage,
  to: ServerResponse,
  options: GatewayOptions,
  done: (call: AwsCall, record: CallRecord) => void,
): Promise<void> {
  const began = Date.now();
  const streamed = isStreamed(from.url ?? '/', from.headers);
  const body = streamed ? Buffer.alloc(0) : await readBody(from);
  if (body === undefined) return;
  const call = readCall(from.method ?? 'GET', from.url ?? '/', from.headers, body);
  const fault = options.disturb?.(call);
  const disturbed = fault === undefined ? {} : ({ disturbed: true } as const);
  const finish = (status: number, problem?: string) =>
    done(call, {
      ...{ ...recordOf(call, began), status, ...disturbed },
      ...(problem === undefined ? {} : { problem }),
    });
  if (fault !== undefined && fault !== 'lost-answer') {
    finish(disturb(from, to, fault));
    return;
  }
  try {
    const answer = streamed
      ? await streamToMoto(options.motoUrl, from, to)
      : await answerTo(call, from, options);
    if (answer === undefined) {
      finish(to.statusCode);
      return;
    }
    const problem = problemOf(answer);
    finish(answer.status, problem);
    if (fault === 'lost-answer') reset(to);
    else write(to, problem === undefined ? answer : sayFailure(call, answer, problem));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    finish(500, problem);
    write(to, errorAnswer(call.service, new ServiceError('InternalFailure', problem, 500)));
  }
}

async function answerTo(
  call: AwsCall,
  from: IncomingMessage,
  { answers = [], motoUrl }: GatewayOptions,
): Promise<AwsResponse> {
  for (const answer of answers) {
    const found = await answer(call);
    if (found !== undefined) return found;
  }
  const outgoing = { method: call.method, target: from.url ?? '/', headers: from.headers };
  return callMoto(motoUrl, outgoing, call.body);
}

/** moto answers what it cannot do with an HTML page; our services with `InternalFailure` or `InvalidAction`. */
function problemOf(answer: AwsResponse): string | undefined {
  if (answer.status < 400) return undefined;
  const text = answer.body.toString().slice(0, 2000);
  if (/^\s*<(!doctype|html)/i.test(text)) {
    return (
      text
        .match(/<title>([^<]*)/i)?.[1]
        ?.replace(/\s+/g, ' ')
        .trim() ?? 'an HTML page'
    );
  }
  const own = /InternalFailure|InvalidAction|UnknownOperationException/.test(text);
  return own || answer.status === 500 ? text.replace(/<[^>]+>/g, ' ').trim() : undefined;
}

function sayFailure(call: AwsCall, answer: AwsResponse, problem: string): AwsResponse {
  if (!/^\s*<(!doctype|html)/i.test(answer.body.toString().slice(0, 50))) return answer;
  return errorAnswer(call.service, new ServiceError('InternalFailure', `moto: ${problem}`, 500));
}

function write(to: ServerResponse, answer: AwsResponse): void {
  if (to.headersSent) {
    to.destroy();
    return;
  }
  to.writeHead(answer.status, answer.headers).end(answer.body);
}

/** Undefined when the caller went away before it had sent everything. */
async function readBody(from: IncomingMessage): Promise<Buffer | undefined> {
  try {
    return Buffer.concat(await from.toArray());
  } catch {
    return undefined;
  }
}

/** A listener that fails must not change the answer to a call that it only watches. */
function tell(listener: MutationListener, call: AwsCall): void {
  try {
    listener(call.service, call.action, call);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

function recordOf(call: AwsCall, began: number) {
  return {
    time: new Date(began).toISOString(),
    service: call.service,
    action: call.action,
    accessKey: call.accessKey,
    ms: Date.now() - began,
  };
}

function openLog(path: string | undefined) {
  if (path === undefined) return { write: () => {}, end: (then: () => void) => then() };
  mkdirSync(dirname(path), { recursive: true });
  const stream = createWriteStream(path, { flags: 'a' });
  return {
    write: (record: CallRecord) => void stream.write(`${JSON.stringify(record)}\n`),
    end: (then: () => void) => void stream.end(then),
  };
}
