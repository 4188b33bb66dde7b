import type { Change } from './stack-api.ts';

/** True for a change that replaces its resource, or may replace it. */
export function isReplaced({ action, replacement }: Change): boolean {
  return action === 'Modify' && (replacement === 'True' || replacement === 'Conditional');
}
