import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { OUR_LABELS } from '../kubernetes/api.ts';
import type { NetworkAttachmentDefinition } from './attachment.ts';
import type { NetworkProblem, RawItem } from './network-spec.ts';

const SHAPE = 'a NetworkAttachmentDefinition of k8s.cni.cncf.io/v1';
const words = z.record(z.string(), z.string(), { error: 'names and texts' });

/** The fields that the checks need. Kubernetes validates the rest. */
const definitionSchema = z.looseObject(
  {
    apiVersion: z.literal('k8s.cni.cncf.io/v1', { error: SHAPE }),
    kind: z.literal('NetworkAttachmentDefinition', { error: SHAPE }),
    metadata: z.looseObject(
      {
        name: z.string({ error: 'a name' }).min(1, 'a name'),
        namespace: z.string().optional(),
        labels: words.optional(),
        annotations: words.optional(),
      },
      { error: 'metadata with a name' },
    ),
    spec: z.looseObject({ config: z.string({ error: 'JSON in a text' }).optional() }).optional(),
  },
  { error: SHAPE },
);

export interface FoundDefinition {
  /** `namespace/name`, for messages. */
  readonly origin: string;
  readonly definition: NetworkAttachmentDefinition;
}

/**
 * Reads the definitions of an item with `raw`. Adds our label to each, and the default namespace where it names none. Pure.
 */
export function rawDefinitions(
  { origin, raw }: RawItem,
  defaultNamespace: string,
): { readonly found: readonly FoundDefinition[]; readonly problems: readonly NetworkProblem[] } {
  const documents = typeof raw === 'string' ? parseAllDocuments(raw) : [];
  const [broken] = documents.flatMap(({ errors }) => errors);
  if (broken !== undefined) {
    const [first = ''] = broken.message.split('\n', 1);
    return { found: [], problems: [{ place: origin, value: '', allowed: `YAML (${first})` }] };
  }
  const parsed: readonly unknown[] =
    typeof raw === 'string' ? documents.map((document) => document.toJS()) : [raw];
  const objects = parsed.filter((object) => object !== null && object !== undefined);
  if (objects.length === 0) {
    return { found: [], problems: [{ place: origin, value: '', allowed: SHAPE }] };
  }
  const found: FoundDefinition[] = [];
  const problems: NetworkProblem[] = [];
  objects.forEach((object, index) => {
    const place = objects.length === 1 ? origin : `${origin}, document ${index + 1}`;
    const result = definitionSchema.safeParse(object);
    if (result.success) found.push(ours(result.data, defaultNamespace));
    else problems.push(...result.error.issues.map((issue) => problemOf(place, issue)));
  });
  return { found, problems };
}

function ours(
  definition: z.output<typeof definitionSchema>,
  defaultNamespace: string,
): FoundDefinition {
  const { metadata, spec, ...rest } = definition;
  const { config, ...other } = spec ?? {};
  const namespace = metadata.namespace ?? defaultNamespace;
  return {
    origin: metadata.name,
    definition: {
      ...rest,
      metadata: { ...metadata, namespace, labels: { ...metadata.labels, ...OUR_LABELS } },
      ...(spec === undefined
        ? {}
        : { spec: { ...other, ...(config === undefined ? {} : { config }) } }),
    } as NetworkAttachmentDefinition,
  };
}

function problemOf(place: string, issue: z.core.$ZodIssue): NetworkProblem {
  const within = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return { place, value: '', allowed: `${within}${issue.message}` };
}
