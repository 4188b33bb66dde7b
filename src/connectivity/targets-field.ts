import { z } from 'zod';
import { isAddress } from '../core/ip.ts';
import { yaml } from '../github/inputs.ts';
import { networkPattern } from './expect-field.ts';
import { PROTOCOLS } from './protocol.ts';

const WORDS =
  'a YAML list of { host, protocol, port, network, reach }: an IPv4 or IPv6 address; icmp, tcp, udp or sctp; a port from 1 to 65535 (not with icmp); the name of the networks that ask (* allowed, default *); reach: true (the default) or false';

const targetSchema = z
  .strictObject(
    {
      host: z.string(WORDS).refine(isAddress, WORDS),
      protocol: z.enum(PROTOCOLS, WORDS),
      port: z.int(WORDS).min(1, WORDS).max(65_535, WORDS).exactOptional(),
      network: networkPattern(WORDS).default('*'),
      reach: z.boolean(WORDS).default(true),
    },
    WORDS,
  )
  .refine(({ protocol, port }) => (protocol === 'icmp') === (port === undefined), WORDS);

/** The field of the input `targets`. */
export function targetsField() {
  return yaml(z.array(targetSchema, WORDS), WORDS);
}
