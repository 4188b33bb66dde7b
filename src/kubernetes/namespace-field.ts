import { text } from '../github/inputs.ts';

/** The name of a namespace, which is a DNS label. */
export function namespaceField() {
  return text(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'the name of a namespace: lower-case letters, digits and -, at most 63 characters',
  );
}
