import { z } from 'zod';
import { yaml } from '../github/inputs.ts';

const SHAPE =
  'a YAML list such as [{ name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: 3 }]';

function whole(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.number({ error }).int(error).min(min, error).max(max, error);
}

/** One node group as people write it; what is left out is as in the lab. */
const nodeGroupSchema = z
  .strictObject(
    {
      name: z
        .string({ error: 'a name' })
        .regex(
          /^[a-z0-9][a-z0-9-]{0,19}$/,
          'lower-case letters, digits and -, at most 20 characters',
        ),
      zone: z.string({ error: 'one of availability-zones' }),
      min: whole(0, 1000).default(1),
      desired: whole(0, 1000).default(2),
      max: whole(1, 1000).default(3),
      'instance-type': z
        .string({ error: 'an instance type' })
        .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an instance type such as m5.xlarge')
        .default('m5.xlarge'),
      'volume-size': whole(20, 16_384).default(50),
      'prefixes-per-interface': whole(0, 14).default(1),
      'pods-wait-for-multus': z.boolean({ error: 'true or false' }).default(true),
      'startup-taint': z.boolean({ error: 'true or false' }).default(false),
    },
    { error: (issue) => (issue.code === 'unrecognized_keys' ? knownKeys() : SHAPE) },
  )
  .refine(({ min, desired, max }) => min <= desired && desired <= max, {
    error: 'min ≤ desired ≤ max',
  });

export type NodeGroup = z.output<typeof nodeGroupSchema>;

/** The input `node-groups`. */
export function nodeGroupsField() {
  return yaml(z.array(nodeGroupSchema, { error: SHAPE }).min(1, SHAPE), SHAPE);
}

/** What there is when `node-groups` is not given: the lab's one group, in the first zone. */
export function defaultNodeGroups(zones: readonly string[]): readonly NodeGroup[] {
  return [nodeGroupSchema.parse({ name: 'ng1', zone: zones[0] ?? '' })];
}

function knownKeys(): string {
  return `only the keys ${Object.keys(nodeGroupSchema.shape).join(', ')}`;
}
