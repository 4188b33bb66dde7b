import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../../tools/checkout.ts';

/** Each thing that must exist once in `src`: its name, the text that gives a copy away, and the file that has it. */
const ONE_OF_EACH: readonly (readonly [thing: string, sign: RegExp, file: string])[] = [
  ['Clock', /\binterface Clock\b|\btype Clock =/, 'core/clock.ts'],
  ['waiting for a time-out', /(?<!\.)\bsetTimeout\(/, 'core/clock.ts'],
  ['retry with back-off', /\bfunction retry\b/, 'core/retry.ts'],
  ['IP arithmetic', /from 'ipaddr\.js'/, 'core/ip.ts'],
  ['the shape of a wrong input', /\binterface InputProblem\b/, 'core/errors.ts'],
  ['bounded parallelism', /\bfunction inParallel\b/, 'core/in-parallel.ts'],
  ['EC2 network interface', /\binterface NetworkInterface\b/, 'aws/network-interfaces.ts'],
  ['decoder of EC2 network interfaces', /\bDescribeNetworkInterfaces/, 'aws/network-interfaces.ts'],
  ['port to an API server', /\binterface KubernetesApi\b/, 'kubernetes/api.ts'],
  ['error of an API server', /\bclass ApiError\b/, 'kubernetes/api-error.ts'],
  ['removal of log commands', /\bfunction inert\b/, 'core/log.ts'],
  ['removal of credentials', /\bfunction redact\b/, 'core/redact.ts'],
  ['mask of a secret', /\bsetSecret\(/, 'github/mask.ts'],
  ['inert Markdown', /\bfunction inertMarkdown\b/, 'github/markdown.ts'],
  ['row of a Markdown table', /`\| \$\{/, 'github/markdown.ts'],
  ['readiness of a pod', /\bfunction is(Pod)?Ready\b/, 'kubernetes/pods.ts'],
  ['nodes without the VPC CNI', /eks\.amazonaws\.com\/compute-type/, 'kubernetes/nodes.ts'],
  ['absent is not an error', /\bfunction unlessStatus\b/, 'kubernetes/api-error.ts'],
  ['parser of a CNI configuration', /\bfunction readCniConfig\b/, 'networks/read-attachment.ts'],
  ['reader of a NAD', /\bfunction readAttachment\b/, 'networks/read-attachment.ts'],
  [
    'access to aws-auth',
    /'aws-auth'.*kube-system|kube-system.*'aws-auth'/,
    'aws-auth/config-map.ts',
  ],
];

const sources = globSync('**/*.ts', { cwd: join(CHECKOUT, 'src') })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => [file, readFileSync(join(CHECKOUT, 'src', file), 'utf8')] as const);

it.each(ONE_OF_EACH)('%s exists once', (_, sign, file) => {
  expect(sources.filter(([, text]) => sign.test(text)).map(([name]) => name)).toEqual([file]);
});
