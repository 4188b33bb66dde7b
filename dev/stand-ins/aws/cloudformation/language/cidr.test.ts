import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cidrBlocks } from './cidr.ts';

const start = (block: string) =>
  (block.split('/')[0] ?? '').split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

test('blocks follow each other without a gap, from the start of the outer block', () => {
  const inputs = fc
    .record({ prefix: fc.integer({ min: 8, max: 28 }), bits: fc.integer({ min: 2, max: 16 }) })
    .filter(({ prefix, bits }) => bits <= 32 - prefix)
    .chain(({ prefix, bits }) =>
      fc.record({
        prefix: fc.constant(prefix),
        bits: fc.constant(bits),
        count: fc.integer({ min: 1, max: Math.min(256, 2 ** (32 - prefix - bits)) }),
      }),
    );
  fc.assert(
    fc.property(inputs, ({ prefix, bits, count }) => {
      const blocks = cidrBlocks(`10.1.2.3/${prefix}`, count, bits);
      expect(blocks).toHaveLength(count);
      const first = start('10.1.2.3') - (start('10.1.2.3') % 2 ** (32 - prefix));
      blocks.forEach((block, index) => {
        expect(block.endsWith(`/${32 - bits}`)).toBe(true);
        expect(start(block)).toBe(first + index * 2 ** bits);
      });
    }),
  );
});

test('blocks of an IPv6 block are those of its subnets', () => {
  const blocks = cidrBlocks('2400:6500:1:ab00::/56', 256, 64);
  expect([blocks[0], blocks[1], blocks[255]]).toEqual([
    '2400:6500:1:ab00::/64',
    '2400:6500:1:ab01::/64',
    '2400:6500:1:abff::/64',
  ]);
});

test.each([
  ['10.0.0.0/24', 3, 7],
  ['2400:6500:1:ab00::/56', 2, 72],
  ['2400:6500:1:ab00::/56', 1, 73],
  ['10.0.0.0/16', 0, 8],
  ['10.0.0.0/8', 257, 8],
])('%s does not hold %i blocks of %i bits', (block, count, bits) => {
  expect(() => cidrBlocks(block, count, bits)).toThrow('can not split');
});

test('text that is not a CIDR block is refused', () => {
  expect(() => cidrBlocks('vpc-1', 2, 8)).toThrow('invalid block');
});
