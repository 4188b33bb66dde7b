import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lateAnswers } from './sample-checks.ts';

const numbers = fc.array(fc.nat(50), { maxLength: 30 });

it('no answer of an ordered sequence is late, with losses and duplicates', () => {
  fc.assert(
    fc.property(numbers, (order) => {
      expect(lateAnswers(order.toSorted((one, other) => one - other))).toBe(0);
    }),
  );
});

it('an answer that is moved back behind later ones is late', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), fc.nat(), (length, one, other) => {
      const order = Array.from({ length }, (_, index) => index);
      const from = one % (length - 1);
      const to = from + 1 + (other % (length - from - 1));
      order.splice(to, 0, ...order.splice(from, 1));
      expect(lateAnswers(order)).toBe(1);
    }),
  );
});
