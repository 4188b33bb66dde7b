import { isAddress } from './address.ts';
import type { InterfaceAddress, Route } from './observation.ts';

const FAMILY_AND_ADDRESS = /\b(?:inet6?)\s+(\S+?)(?:\/(\d+))?(?=\s|$)/;
const HEAD = /^\d+:\s+([^\s:@]+)/;

/**
 * Reads `ip -o addr` or `ip addr`, of iproute2 or of BusyBox: an interface either starts each line or a
 * block of indented lines. Lines that are neither are passed over.
 */
export function parseAddresses(text: string): InterfaceAddress[] {
  let current = '';
  return text.split('\n').flatMap((line) => {
    current = HEAD.exec(line)?.[1] ?? current;
    const [, address, prefix] = FAMILY_AND_ADDRESS.exec(line) ?? [];
    if (address === undefined || current === '' || !isAddress(address)) return [];
    const whole = address.includes(':') ? 128 : 32;
    return [{ interface: current, address, prefix: prefix === undefined ? whole : Number(prefix) }];
  });
}

/** Reads `ip route`. A host route stands without a prefix length there; it gets one here. */
export function parseRoutes(text: string): Route[] {
  return text.split('\n').flatMap((line) => {
    const [destination = '', ...words] = line.trim().split(/\s+/);
    const device = wordAfter('dev', words);
    if (device === undefined) return [];
    const source = wordAfter('src', words);
    return [
      {
        destination: withPrefix(destination),
        interface: device,
        ...(source === undefined ? {} : { source }),
      },
    ];
  });
}

function wordAfter(word: string, words: readonly string[]): string | undefined {
  const index = words.indexOf(word);
  return index < 0 ? undefined : words[index + 1];
}

function withPrefix(destination: string): string {
  if (!isAddress(destination)) return destination;
  return `${destination}/${destination.includes(':') ? 128 : 32}`;
}
