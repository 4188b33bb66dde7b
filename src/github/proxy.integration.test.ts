import { describe, expect, it } from 'vitest';
import { startJobInAws } from '../../dev/testing/programs/job-in-aws.ts';
import { runSource } from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { startProxy } from '../../dev/testing/servers/proxy-server.ts';

const portOf = (url: string) => Number(new URL(url).port);

/** Replaces host and port with a name that only the proxy can resolve. */
function renamed(url: string, host: string): string {
  const to = new URL(url);
  to.host = host;
  to.port = '';
  return to.href.replace(/\/$/, '');
}

describe('a runner whose only way out is a proxy', () => {
  it('reaches GitHub and AWS', async () => {
    const job = await startJobInAws();
    const { AWS_ENDPOINT_URL: aws = '', ACTIONS_ID_TOKEN_REQUEST_URL: token = '' } = job.env;
    const proxy = await startProxy({ 'aws.example': portOf(aws), 'token.example': portOf(token) });
    try {
      const inputs = { ...LAB_INPUTS, command: 'plan', ...job.roles };
      const run = await runSource('provision', inputs, {
        ...job.env,
        AWS_ENDPOINT_URL: renamed(aws, 'aws.example'),
        ACTIONS_ID_TOKEN_REQUEST_URL: renamed(token, 'token.example'),
        http_proxy: proxy.url,
      });
      expect(run.exitCode, run.log).toBe(0);
      expect(run.outputs['plan']).toContain('eks-multus-cluster');
      expect([...proxy.asked].toSorted()).toEqual(['aws.example', 'token.example']);
    } finally {
      await proxy.stop();
      await job.stop();
    }
  });
});
