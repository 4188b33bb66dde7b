import { text } from '../github/inputs.ts';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const DNS_LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';

/** The field of an input with the name of a namespace. */
export function namespaceField() {
  return text(
    new RegExp(`^${DNS_LABEL}$`),
    'the name of a namespace: lower-case letters, digits and -, at most 63 characters',
  );
}
