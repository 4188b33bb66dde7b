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

/** `!Ref x`, `!Sub […]` and the others, read as the long forms `{Ref: x}`, `{Fn::Sub: […]}`. */
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

/** `Cluster.Arn` and `Cluster.Some.Path`: the first dot separates the resource from its attribute. */
export function attributePath(text: string): [string, string] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}
