import { parseCidr } from '../core/ip.ts';

/** How an input names subnets that exist: by id, by a tag, or by the range. A tag may select several. */
export type SubnetSelector =
  | { readonly id: string }
  | { readonly tag: string; readonly value: string }
  | { readonly cidr: string };

export const SELECTOR_ALLOWED =
  'the id of a subnet (subnet-0123456789abcdef0), a tag (tag:Name=nodes-a) or the range of a subnet (10.0.2.0/24)';

const ID = /^subnet-([\da-f]{8}|[\da-f]{17})$/;
const TAG = /^tag:([^=]{1,128})=(.{0,256})$/;

/** Reads `subnet-…`, `tag:KEY=VALUE` or `a.b.c.d/n`; undefined for any other text. */
export function parseSelector(text: string): SubnetSelector | undefined {
  if (ID.test(text)) return { id: text };
  const [, tag, value] = TAG.exec(text) ?? [];
  if (tag !== undefined && value !== undefined) return { tag, value };
  return parseCidr(text) === undefined ? undefined : { cidr: text };
}

/** The selector as an input writes it. */
export function selectorText(selector: SubnetSelector): string {
  if ('id' in selector) return selector.id;
  return 'cidr' in selector ? selector.cidr : `tag:${selector.tag}=${selector.value}`;
}

/** Whether a subnet is one of those that a selector names. */
export function selects(
  selector: SubnetSelector,
  subnet: {
    readonly id: string;
    readonly cidr: string;
    readonly tags: Readonly<Record<string, string>>;
  },
): boolean {
  if ('id' in selector) return selector.id === subnet.id;
  if ('cidr' in selector) return selector.cidr === subnet.cidr;
  return subnet.tags[selector.tag] === selector.value;
}
