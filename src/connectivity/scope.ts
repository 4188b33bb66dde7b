/** How far apart two pods are; `unknown` when one of them has no node. */
export const SCOPES = ['same-node', 'other-node', 'other-zone', 'unknown'] as const;
export type Scope = (typeof SCOPES)[number];

/** Where something runs. Without a zone, nodes count as being in one. */
export interface Location {
  readonly node?: string;
  readonly zone?: string;
}

export function scopeOf(source: Location, target: Location): Scope {
  if (source.node === undefined || target.node === undefined) return 'unknown';
  if (source.node === target.node) return 'same-node';
  return source.zone === target.zone ? 'other-node' : 'other-zone';
}

/** In words, for sentences: "on the same node". */
export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  'same-node': 'on the same node',
  'other-node': 'on another node of the same zone',
  'other-zone': 'in another zone',
  unknown: 'somewhere',
};
