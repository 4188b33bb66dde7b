import { parseCidr } from '../network/cidr.ts';
import { meet, type Span, sizeOf, spanOf, spanOfCidr } from './address-span.ts';
import type { Attachment, Pool } from './attachment.ts';

/** The addresses that a network's IPAM counts through, as far as they can be read. Pure. */
export function handedOut({ pools, exclude }: Attachment): readonly Span[] {
  const cut = exclude.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr === undefined ? [] : [spanOfCidr(cidr)];
  });
  return pools
    .flatMap((pool) => poolSpan(pool) ?? [])
    .flatMap((span) =>
      cut.reduce<readonly Span[]>((rest, one) => rest.flatMap(without(one)), [span]),
    );
}

/** How many addresses that is. */
export function addressCount(attachment: Attachment): number {
  return handedOut(attachment).reduce((sum, span) => sum + sizeOf(span), 0);
}

function poolSpan({ subnet, range }: Pool): Span | undefined {
  if (range !== undefined) return spanOf(range);
  const cidr = parseCidr(subnet);
  if (cidr === undefined) return undefined;
  const { first, last } = spanOfCidr(cidr);
  return { first: first + 1, last: last - 1 };
}

function without(cut: Span): (span: Span) => readonly Span[] {
  return (span) =>
    meet(span, cut)
      ? [
          { first: span.first, last: cut.first - 1 },
          { first: cut.last + 1, last: span.last },
        ].filter(({ first, last }) => first <= last)
      : [span];
}
