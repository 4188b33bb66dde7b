import * as http from 'node:http';
import * as https from 'node:https';
import { type Exchange, type Reply, TIMEOUT_MS, timedOut } from './exchange.ts';

/** Each request on a connection that no other uses at that time: the one of the agent that is among the options. */
export const http1Exchange: Exchange = (url, options, text) => {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise<Reply>((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    sent.on('error', reject);
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(timedOut()));
    sent.end(text);
  });
};
