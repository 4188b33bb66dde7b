import { text } from '../github/inputs.ts';

/** The field of the input `staging-bucket`. */
export function bucketField() {
  return text(
    /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    'a bucket name of 3 to 63 lower-case letters, digits and -',
  ).optional();
}
