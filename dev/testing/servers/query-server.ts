import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The answer to a call: the content of `<ActionResult>`, or an error. */
export type QueryAnswer = string | { readonly code: string; readonly message: string };

/**
 * An AWS service of the Query protocol on a free port. It answers each action as the test says, and has neither state
 * nor checks.
 */
export async function queryServer(
  answers: Readonly<Record<string, (params: URLSearchParams) => QueryAnswer>>,
) {
  const calls: URLSearchParams[] = [];
  const userAgents: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const params = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
      calls.push(params);
      userAgents.push(String(request.headers['user-agent']));
      const action = params.get('Action') ?? '';
      const answer = answers[action]?.(params) ?? { code: 'InvalidAction', message: action };
      const failed = typeof answer !== 'string';
      response.writeHead(failed ? 400 : 200, { 'content-type': 'text/xml' });
      response.end(failed ? errorXml(answer) : resultXml(action, answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: calls as readonly URLSearchParams[],
    userAgents: userAgents as readonly string[],
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function resultXml(action: string, inside: string): string {
  return `<${action}Response><${action}Result>${inside}</${action}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${action}Response>`;
}

function errorXml({ code, message }: { code: string; message: string }): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`;
}
