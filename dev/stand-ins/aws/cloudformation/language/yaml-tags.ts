import { type CollectionTag, Pair, Scalar, type ScalarTag, YAMLMap, YAMLSeq } from 'yaml';

const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'Transform',
] as const;

/**
 * YAML tags for `!Ref x`, `!Sub […]` and the other short forms, which become `{Ref: x}`, `{Fn::Sub: […]}`.
 */
export const shortForms: (ScalarTag | CollectionTag)[] = [
  ...forms('Ref', 'Ref'),
  ...forms('Condition', 'Condition'),
  ...FUNCTIONS.flatMap((name) => forms(name, `Fn::${name}`)),
];

function forms(short: string, long: string): (ScalarTag | CollectionTag)[] {
  const tag = `!${short}`;
  return [
    { tag, resolve: (text) => ({ [long]: short === 'GetAtt' ? attributePath(text) : text }) },
    { tag, collection: 'seq', nodeClass: YAMLSeq, resolve: (node) => wrap(long, node) },
    { tag, collection: 'map', nodeClass: YAMLMap, resolve: (node) => wrap(long, node) },
  ];
}

function wrap(long: string, node: unknown): YAMLMap {
  const map = new YAMLMap();
  map.items.push(new Pair(new Scalar(long), node));
  return map;
}

/** Splits `Cluster.Arn` or `Cluster.Some.Path` at the first dot, into resource and attribute. */
export function attributePath(text: string): [string, string] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}
