import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAnswer } from './compare.ts';
import { allFacts } from './facts/facts.ts';
import { PROVOCATIONS } from './provoke/provocations.ts';
import { startWorld, type World } from './provoke/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());

/** The facts that the stand-in shows. What EventBridge delivers is seen by the tests of Auto Scaling. */
const same = allFacts()
  .map(([service, fact]) => ({ name: `${service} ${fact.id}`, fact }))
  .filter(({ fact }) => fact.standIn === 'same' && !fact.call.includes(' '));

it('has a provocation for exactly the facts that the stand-in shows', () => {
  const ids = same.map(({ fact }) => fact.id);
  expect(Object.keys(PROVOCATIONS).sort()).toEqual(ids.sort());
});

it.each(same)('$name: the stand-in answers as AWS does', async ({ fact }) => {
  const provoke = PROVOCATIONS[fact.id];
  if (provoke === undefined) expect.fail('no provocation');
  const given = await provoke(world).then(
    (output) => ({ error: undefined, output }),
    (error: unknown) => ({ error, output: undefined }),
  );
  expectAnswer(given, fact);
});
