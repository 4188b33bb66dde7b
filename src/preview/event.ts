import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PreviewError } from '../github/errors.ts';
import type { PreviewEvent } from './decide.ts';

const payloadSchema = z.object({
  action: z.string(),
  number: z.number(),
  label: z.object({ name: z.string() }).optional(),
  pull_request: z.object({
    user: z.object({ login: z.string() }).nullable(),
    labels: z.array(z.object({ name: z.string() })),
    head: z.object({ sha: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
  }),
});

/**
 * The pull request event that started the run.
 *
 * @throws PreviewError when it was something else.
 */
export function readPreviewEvent(env: NodeJS.ProcessEnv): PreviewEvent {
  const event = env['GITHUB_EVENT_NAME'] ?? '';
  if (!/^pull_request(_target)?$/.test(event)) {
    throw new PreviewError({
      resource: 'preview',
      reason: `the run was started by "${event}", and previews belong to pull requests`,
      nextStep: 'call this workflow on pull_request, and on pull_request_target for `closed`',
    });
  }
  return toPreviewEvent(JSON.parse(readFileSync(env['GITHUB_EVENT_PATH'] ?? '', 'utf8')));
}

/** Pure: what previews need of a payload. */
export function toPreviewEvent(payload: unknown): PreviewEvent {
  const { action, number, label, pull_request: pull } = payloadSchema.parse(payload);
  return {
    ...{ action, number },
    labels: pull.labels.map(({ name }) => name),
    changedLabel: label?.name,
    headRepository: pull.head.repo?.full_name,
    headSha: pull.head.sha,
    author: pull.user?.login ?? 'ghost',
  };
}
