import { errorAnswer } from './aws-call.ts';
import { ServiceError } from './query-protocol.ts';
import type { AwsRequest, AwsResponse, AwsService } from './service.ts';

/** The AWS REST-JSON protocol (EKS, Lambda): method and path name the action, bodies are JSON. */

/** A parsed JSON object. The readers below check the values that they take from it. */
export type JsonObject = { readonly [name: string]: unknown };

export interface RestCall {
  /** Values of the `{names}` in the route's path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  readonly request: AwsRequest;
}

/**
 * Handlers by route, such as `POST /clusters/{name}/addons`. Each returns a JSON object, or undefined for
 * an empty one.
 */
export type RestRoutes = Readonly<
  Record<string, (call: RestCall) => Promise<object | undefined> | object | undefined>
>;

/** Makes a service of this protocol from its routes. Errors become responses, see `errorAnswer`. */
export function restService(name: string, routes: RestRoutes): AwsService {
  return {
    name,
    async handle(request): Promise<AwsResponse> {
      try {
        for (const [route, run] of Object.entries(routes)) {
          const path = matchRoute(route, request.method, request.path);
          if (path === undefined) continue;
          const body = parseBody(request.body);
          return answer(await run({ path, query: request.query, body, request }));
        }
        const action = `${request.method} ${request.path}`;
        throw new ServiceError(
          'UnknownOperationException',
          `the ${name} stand-in does not implement ${action}`,
        );
      } catch (error) {
        return errorAnswer(name, error);
      }
    },
  };
}

/** The decoded path parameters of a request that matches a route (`GET /a/{b}`), else undefined. */
export function matchRoute(
  route: string,
  method: string,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const [wantedMethod, pattern = ''] = route.split(' ');
  if (wantedMethod !== method) return undefined;
  const wanted = pattern.split('/');
  const given = path.replace(/\/$/, '').split('/');
  if (wanted.length !== given.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    const name = part.match(/^\{(\w+)\}$/)?.[1];
    if (name !== undefined && value !== '') found[name] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return found;
}

function parseBody(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  const value: unknown = JSON.parse(body.toString('utf8'));
  return objectOf(value) ?? {};
}

function answer(body: object | undefined): AwsResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': crypto.randomUUID() },
    body: JSON.stringify(body ?? {}),
  };
}

export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** A map of texts, such as tags; other values become text. */
export function textMapOf(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(objectOf(value) ?? {});
  return Object.fromEntries(entries.map(([key, text]) => [key, String(text)]));
}
