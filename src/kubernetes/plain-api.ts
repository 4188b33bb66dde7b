import { request } from 'node:https';

/** An API server, and how to be let in. The certificate authority is base64 of PEM, as EKS gives it. */
export interface PlainAddress {
  readonly endpoint: string;
  readonly certificateAuthority: string;
  readonly token: () => Promise<string>;
}

/** The API server by its bare protocol, for an action that is not to bundle a Kubernetes client. */
export interface PlainApi {
  /** The items of a list, such as `/api/v1/services`; none when the API server does not know the kind. */
  list<Item>(path: string): Promise<readonly Item[]>;
  /** Deletes one object; it is fine if it is gone. */
  remove(path: string): Promise<void>;
}

/** The API server's refusal, by its HTTP status. */
export class PlainApiError extends Error {
  override readonly name = 'PlainApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const TIMEOUT_MS = 10_000;
const PAGE = 500;

export function plainApi(address: PlainAddress): PlainApi {
  return {
    async list<Item>(path: string) {
      const found: Item[] = [];
      let next = '';
      do {
        const query = new URLSearchParams({ limit: String(PAGE), continue: next });
        const { status, text } = await call(address, 'GET', `${path}?${query}`);
        if (status === 404) return [];
        if (status !== 200) throw refusal(status, text);
        const page = JSON.parse(text) as { items: Item[]; metadata?: { continue?: string } };
        found.push(...page.items);
        next = page.metadata?.continue ?? '';
      } while (next !== '');
      return found;
    },
    async remove(path) {
      const { status, text } = await call(address, 'DELETE', path);
      if (status !== 404 && (status < 200 || status > 299)) throw refusal(status, text);
    },
  };
}

async function call(
  { endpoint, certificateAuthority, token }: PlainAddress,
  method: 'GET' | 'DELETE',
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const options = {
    method,
    ca: Buffer.from(certificateAuthority, 'base64').toString('utf8'),
    headers: { authorization: `Bearer ${await token()}`, accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  return new Promise((resolve, reject) => {
    request(new URL(path, endpoint), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, text });
      });
    })
      .on('error', reject)
      .end();
  });
}

function refusal(status: number, text: string): PlainApiError {
  const message = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(0, 200);
  return new PlainApiError(status, `HTTP ${status}: ${message}`);
}
