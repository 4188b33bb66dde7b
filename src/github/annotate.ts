import * as core from '@actions/core';

/** Shows errors or warnings on the page of the run. Does not end the step. */
export function annotate(
  level: 'error' | 'warning',
  annotations: readonly { readonly title: string; readonly message: string }[],
): void {
  const show = level === 'error' ? core.error : core.warning;
  for (const { title, message } of annotations) show(message, { title });
}
