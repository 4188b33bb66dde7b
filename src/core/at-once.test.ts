import { expect, it } from 'vitest';
import { atOnce } from './in-parallel.ts';

it('has no more calls in work than it may, and all in the end, whatever becomes of each', async () => {
  let [working, most] = [0, 0];
  const turn = atOnce(3);
  const call = (number: number) => async () => {
    working += 1;
    most = Math.max(most, working);
    await new Promise((resolve) => setTimeout(resolve, number % 4));
    working -= 1;
    if (number % 5 === 0) throw new Error(`${number}`);
    return number;
  };
  const numbers = Array.from({ length: 40 }, (_, number) => number);
  const results = await Promise.allSettled(numbers.map((number) => turn(call(number))));
  expect(results.map(({ status }) => status)).toEqual(
    numbers.map((number) => (number % 5 === 0 ? 'rejected' : 'fulfilled')),
  );
  expect(most).toBe(3);
  expect(await turn(async () => 'later')).toBe('later');
});
