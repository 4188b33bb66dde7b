import { z } from 'zod';
import { readYaml } from '../core/yaml.ts';
import { OUR_LABELS } from '../kubernetes/api.ts';
import type { NetworkAttachmentDefinition } from './attachment.ts';
import { cleaned } from './exported-object.ts';
import type { NetworkProblem, RawItem } from './network-spec.ts';

const SHAPE = 'a NetworkAttachmentDefinition of k8s.cni.cncf.io/v1';
const NAME =
  'a name of lower case letters, digits, - and ., which begins and ends with a letter or digit';
const words = z.record(z.string(), z.string({ error: 'a text; put it in quotes' }), {
  error: 'names and texts',
});

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const labels = z.record(
  z.string(),
  z
    .string({ error: 'a text; put it in quotes' })
    .regex(
      /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/,
      'a label of at most 63 letters, digits, -, _ and ., which begins and ends with a letter or digit',
    ),
  { error: 'names and texts' },
);

/** Everything that a definition may say. A field that Kubernetes does not know is a typing error. */
const definitionSchema = z.strictObject(
  {
    apiVersion: z.literal('k8s.cni.cncf.io/v1', { error: SHAPE }),
    kind: z.literal('NetworkAttachmentDefinition', { error: SHAPE }),
    metadata: z.strictObject(
      {
        name: z
          .string({ error: 'a name' })
          .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, NAME)
          .max(253, 'at most 253 characters'),
        namespace: z.string({ error: 'the name of a namespace' }).nullish(),
        labels: labels.nullish(),
        annotations: words.nullish(),
        finalizers: z.array(z.string()).nullish(),
      },
      { error: objectError('metadata with a name') },
    ),
    spec: z
      .strictObject(
        { config: z.string({ error: 'JSON in a text: put it behind | or in quotes' }).nullish() },
        { error: objectError('an object with config') },
      )
      .nullish(),
  },
  { error: objectError(SHAPE) },
);

/** Names the fields that are too many, which else would be dropped without a word. */
function objectError(allowed: string) {
  return (issue: { readonly code?: string; readonly keys?: readonly string[] }) =>
    issue.code === 'unrecognized_keys'
      ? `no field ${issue.keys?.map((key) => `"${key}"`).join(', ')}, which Kubernetes does not know here`
      : allowed;
}

export interface FoundDefinition {
  /** Where it is, for messages: its name, and for files the file and the line. */
  readonly origin: string;
  readonly definition: NetworkAttachmentDefinition;
}

export interface RawDefinitions {
  readonly found: readonly FoundDefinition[];
  readonly problems: readonly NetworkProblem[];
  /** What was left out of definitions, and why. */
  readonly notices: readonly string[];
}

/** An object of an item, and where it is. */
interface Placed {
  readonly place: string;
  readonly value: unknown;
}

/**
 * Reads the definitions of an item with `raw`, as kubectl would, also those in a List. Adds our label to each, and the
 * default namespace where it names none. Leaves out what only a cluster sets, so that the output of `kubectl get -o yaml`
 * can be used. Pure.
 */
export function rawDefinitions(item: RawItem, defaultNamespace: string): RawDefinitions {
  const { origin } = item;
  const objects = objectsOf(item);
  if (typeof objects === 'string') return nothing(origin, objects);
  if (objects.length === 0) return nothing(origin, SHAPE);
  const found: FoundDefinition[] = [];
  const problems: NetworkProblem[] = [];
  const notices: string[] = [];
  for (const { place, value } of objects) {
    const { object, removed } = cleaned(value);
    const result = definitionSchema.safeParse(object);
    if (!result.success) {
      problems.push(...result.error.issues.map((issue) => problemOf(place, value, issue)));
      continue;
    }
    const one = ours(result.data, defaultNamespace, item, place);
    found.push(one);
    if (removed.length > 0) {
      notices.push(
        `${one.origin}: left out what belongs to the object in a cluster: ${removed.join(', ')}`,
      );
    }
  }
  return { found, problems, notices };
}

function nothing(place: string, allowed: string): RawDefinitions {
  return { found: [], problems: [{ place, value: '', allowed }], notices: [] };
}

/** The objects of an item, those of Lists one by one; or what is wrong with the text. */
function objectsOf({ origin, raw }: RawItem): readonly Placed[] | string {
  if (typeof raw !== 'string') return itemsOf({ place: origin, value: raw });
  const read = readYaml(raw, 'kubernetes');
  if ('problem' in read) return `YAML (${read.problem})`;
  return read.documents.flatMap(({ value, line }) =>
    itemsOf({ place: `${origin}, line ${line}`, value }),
  );
}

const listSchema = z.looseObject({
  kind: z.enum(['List', 'NetworkAttachmentDefinitionList']),
  items: z.array(z.unknown()),
});

function itemsOf({ place, value }: Placed): readonly Placed[] {
  const list = listSchema.safeParse(value);
  if (!list.success) return [{ place, value }];
  return list.data.items.map((item, index) => ({ place: `${place}, items.${index}`, value: item }));
}

function ours(
  { metadata, spec, ...rest }: z.output<typeof definitionSchema>,
  defaultNamespace: string,
  item: RawItem,
  place: string,
): FoundDefinition {
  const { name, labels, annotations, finalizers } = metadata;
  const namespace = metadata.namespace ?? defaultNamespace;
  const config = spec?.config ?? undefined;
  return {
    origin: item.input === 'networks-files' ? `${place}: ${name}` : name,
    definition: {
      ...rest,
      metadata: {
        name,
        namespace,
        labels: { ...labels, ...OUR_LABELS },
        ...(annotations ? { annotations } : {}),
        ...(finalizers ? { finalizers } : {}),
      },
      ...(spec ? { spec: config === undefined ? {} : { config } } : {}),
    },
  };
}

/** An object of another kind has more fields that are wrong, none of which matters. */
function problemOf(place: string, object: unknown, issue: z.core.$ZodIssue): NetworkProblem {
  const [field] = issue.path;
  const kind = kindOf(object);
  const within = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  const value = field === 'kind' && kind !== undefined ? kind : '';
  return { place, value, allowed: `${within}${issue.message}` };
}

function kindOf(object: unknown): string | undefined {
  const has = typeof object === 'object' && object !== null && 'kind' in object;
  return has && typeof object.kind === 'string' ? object.kind : undefined;
}
