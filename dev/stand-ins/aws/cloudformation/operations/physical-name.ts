import { randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * A name of at most `limit` characters: `<stack>-<logical id>-<12 random characters>`. Like CloudFormation,
 * shortens the stack's name and the logical id, never the random part.
 */
export function physicalName(
  stackName: string,
  logicalId: string,
  limit: number,
  suffix: string = randomSuffix(),
): string {
  const room = Math.max(limit - suffix.length - 2, 2);
  const logical = logicalId.slice(0, Math.max(room - stackName.length, Math.floor(room / 2)));
  const stack = stackName.slice(0, room - logical.length);
  return `${stack}-${logical}-${suffix}`;
}

/** Random upper-case letters and digits. */
export function randomSuffix(length = 12): string {
  return Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}
