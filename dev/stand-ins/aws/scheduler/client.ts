import { type JsonObject, objectOf, stringOf } from '../gateway/rest-json.ts';

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly sessionToken?: string };
}

/** Calls EventBridge Scheduler, for which the project has no SDK client. The gateway verifies no signatures. */
export interface SchedulerClient {
  /** @throws SchedulerServiceException named after the service's error code. */
  send(method: string, path: string, body?: object): Promise<JsonObject>;
}

/** An error of the service, in the form of the SDK's. */
class SchedulerServiceException extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string };

  constructor(name: string, message: string, httpStatusCode: number) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode, requestId: crypto.randomUUID() };
  }
}

export function schedulerClient({ endpoint, region, credentials }: ClientConfig): SchedulerClient {
  const { accessKeyId, sessionToken } = credentials;
  const scope = `${accessKeyId}/20260101/${region}/scheduler/aws4_request`;
  const headers = {
    'content-type': 'application/json',
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=unchecked`,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  return {
    async send(method, path, body) {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${endpoint}${path}`, { method, headers, ...sent });
      const answer = objectOf(await response.json()) ?? {};
      if (response.ok) return answer;
      const code = stringOf(answer['__type']) ?? 'InternalFailure';
      throw new SchedulerServiceException(code, String(answer['message']), response.status);
    },
  };
}
