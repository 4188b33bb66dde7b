import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { Authorize, Verdict } from '../authorization/authorize.ts';
import { type Disturb, disturb, reset } from '../faults/disturbance.ts';
import { type AwsCall, errorAnswer, isMutation, isStreamed, readCall } from './aws-call.ts';
import { callMoto, streamToMoto } from './moto-proxy.ts';
import { ServiceError } from './query-protocol.ts';
import type { AwsResponse, AwsService } from './service.ts';

/** The single endpoint of the rehearsal's AWS, to which every SDK and CLI is pointed. */
export interface Gateway {
  readonly url: string;
  /** All calls so far, oldest first. */
  calls(): readonly CallRecord[];
  /** Calls that no part of the stand-in could serve. A passing rehearsal has none. */
  failures(): readonly CallRecord[];
  /** Registers a listener for calls that changed something. Returns a function that removes it. */
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
  /** A fault disturbed the call on purpose. Its status is 0 if the connection was reset. */
  readonly disturbed?: true;
  /** The role that called, if its permissions were checked. */
  readonly role?: string;
  /** The permissions that were checked. */
  readonly permissions?: readonly string[];
  /** Why the call was not allowed. */
  readonly denied?: string;
  /** The reason why the call could not be served. */
  readonly problem?: string;
}

export type MutationListener = (service: string, action: string, call: AwsCall) => void;

/** Serves some calls; returns undefined for others, which go to the next `Answer` and finally to moto. */
export type Answer = (call: AwsCall) => Promise<AwsResponse | undefined>;

export interface GatewayOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly motoUrl: string;
  readonly services: readonly AwsService[];
  /** Tried before the services, in order. */
  readonly answers?: readonly Answer[];
  /** Decides which calls to disturb. */
  readonly disturb?: Disturb;
  /** Decides which calls are allowed; without it, all are. */
  readonly authorize?: Authorize;
  /** Path of the request log, with one JSON object per line. */
  readonly log?: string;
}

/** Starts the gateway on 127.0.0.1. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const records: CallRecord[] = [];
  const listeners = new Set<MutationListener>();
  const log = openLog(options.log);
  const answers = [...(options.answers ?? []), ...options.services.map(ofService)];

  // With a keep-alive timeout the server could close a connection just as a client sends its next call.
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
  let verdict: Verdict | undefined;
  const finish = (status: number, problem?: string) =>
    done(call, {
      ...recordOf(call, began),
      status,
      ...disturbed,
      ...checked(verdict),
      ...(problem === undefined ? {} : { problem }),
    });
  if (fault !== undefined && fault !== 'lost-answer') {
    finish(disturb(from, to, fault));
    return;
  }
  try {
    verdict = await options.authorize?.(call);
    if (verdict?.refusal !== undefined) {
      finish(disturb(from, to, verdict.refusal.answer));
      return;
    }
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

/**
 * The reason when nothing could serve a call: moto then returns an HTML page, our services
 * `InternalFailure` or `InvalidAction`.
 */
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

/** The whole body, or undefined if the caller disconnected before it was complete. */
async function readBody(from: IncomingMessage): Promise<Buffer | undefined> {
  try {
    return Buffer.concat(await from.toArray());
  } catch {
    return undefined;
  }
}

/** Calls a listener, whose failure must not affect the response to the call. */
function tell(listener: MutationListener, call: AwsCall): void {
  try {
    listener(call.service, call.action, call);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

function checked(verdict: Verdict | undefined): Partial<CallRecord> {
  if (verdict === undefined) return {};
  const { role, actions: permissions, refusal } = verdict;
  return {
    role,
    permissions,
    ...(refusal === undefined ? {} : { denied: refusal.reason }),
  };
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
