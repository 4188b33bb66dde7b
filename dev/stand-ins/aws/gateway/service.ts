/** One request to an AWS API as the gateway received it, parsed only as far as every service needs. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** From the signing scope: `ap-northeast-2`. */
  readonly region: string;
  /** The access key that signed the call, or undefined if it is unsigned. */
  readonly accessKey: string | undefined;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The response with another body, without the old body's content-length. */
export function withBody(response: AwsResponse, body: string): AwsResponse {
  const { 'content-length': _, ...headers } = response.headers ?? {};
  return { ...response, headers, body };
}

/** An AWS service that the stand-in implements itself instead of using moto's. */
export interface AwsService {
  /** The name in the signing scope: `cloudformation`, `autoscaling`, `eks`. */
  readonly name: string;
  handle(request: AwsRequest): Promise<AwsResponse>;
}
