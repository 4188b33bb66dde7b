/** What AWS answered to a question, or why it did not. */
export type Answer<T> =
  | { readonly value: T }
  | { readonly unknown: string; readonly denied?: true };

/** The value of an answer; undefined when it is not known. */
export function known<T>(answer: Answer<T> | undefined): T | undefined {
  return answer !== undefined && 'value' in answer ? answer.value : undefined;
}
