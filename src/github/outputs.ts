import * as core from '@actions/core';
import { withoutCredentials } from '../core/redact.ts';

/** Sets an action's outputs. Writes strings as they are, and everything else as compact JSON. */
export function setOutputs(outputs: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(outputs)) {
    core.setOutput(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
}

/** Shows errors or warnings on the page of the run. The step goes on. */
export function annotate(
  level: 'error' | 'warning',
  annotations: readonly { readonly title: string; readonly message: string }[],
): void {
  const show = level === 'error' ? core.error : core.warning;
  for (const { title, message } of annotations) show(withoutCredentials(message), { title });
}

/** Adds Markdown to the job's summary page. Does nothing where the runner offers no summary. */
export async function addSummary(markdown: string): Promise<void> {
  if (process.env['GITHUB_STEP_SUMMARY'] === undefined) return;
  await core.summary.addRaw(withoutCredentials(markdown), true).write();
}

/** Sets an environment variable for the later steps of the job. */
export function exportVariable(name: string, value: string): void {
  core.exportVariable(name, value);
}
