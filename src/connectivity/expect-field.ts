import { z } from 'zod';
import { text, yaml } from '../github/inputs.ts';

const PATTERN = /^[a-z0-9*][a-z0-9.*-]*(\/[a-z0-9*][a-z0-9.*-]*)?$/;
const PATTERN_WORDS =
  'names of networks, each as name or namespace/name; * stands for any characters';
const WORDS =
  'a YAML list of { from, to, talk } with names of networks (* allowed) and talk: true or false; scope: same-node, other-node or other-zone is optional';

/** A pattern of names of networks. */
export function networkPattern(words = PATTERN_WORDS) {
  return text(PATTERN, words);
}

const expectationSchema = z.strictObject(
  {
    from: networkPattern(WORDS),
    to: networkPattern(WORDS),
    scope: z.enum(['same-node', 'other-node', 'other-zone'], WORDS).exactOptional(),
    talk: z.boolean(WORDS),
  },
  WORDS,
);

/** The field of the input `expect`. */
export function expectField() {
  return yaml(z.array(expectationSchema, WORDS), WORDS);
}
