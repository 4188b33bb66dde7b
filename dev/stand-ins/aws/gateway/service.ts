/** One request to an AWS API as it reached the gateway, parsed no further than every service needs. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** From the signing scope: `ap-northeast-2`. */
  readonly region: string;
  /** The access key that signed, or undefined for an unsigned call. */
  readonly accessKey: string | undefined;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** An AWS service that the rehearsal stands in for with its own code, rather than with moto's. */
export interface AwsService {
  /** The name in the signing scope: `cloudformation`, `autoscaling`, `eks`. */
  readonly name: string;
  handle(request: AwsRequest): Promise<AwsResponse>;
}
