import { type Cidr, formatAddress, lastAddress, parseAddress } from '../network/cidr.ts';

/** Two addresses in dotted form, as a user wrote them. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** The first and the last address of a range, as numbers. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Undefined when it is no range: not two addresses, or the higher one first. */
export function spanOf({ first, last }: AddressRange): Span | undefined {
  const [from, to] = [parseAddress(first), parseAddress(last)];
  return from === undefined || to === undefined || from > to
    ? undefined
    : { first: from, last: to };
}

export function spanOfCidr(cidr: Cidr): Span {
  return { first: cidr.base, last: lastAddress(cidr) };
}

export function meet(one: Span, other: Span): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** How many addresses are in it. */
export function sizeOf({ first, last }: Span): number {
  return last - first + 1;
}

export function spanText({ first, last }: Span): string {
  return `${formatAddress(first)}-${formatAddress(last)}`;
}
