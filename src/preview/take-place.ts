import type { HeldPlace } from '../aws/places.ts';
import { minuteOf } from '../core/clock.ts';
import { belongsTo } from '../environment/owner.ts';
import { deployedAfter } from '../github/deployments.ts';
import { CERTAINLY_ENDED_MS, nextPlaceStep } from './place-step.ts';
import type { Session } from './session.ts';
import { environmentsOf, type TaggedEnvironment } from './tagged-environments.ts';

/** More rounds than a hundred runs at once need, each of which takes a number before another one. */
const MOST_ROUNDS = 1_000;

/**
 * Gives a preview one of the `max-previews` places of its repository.
 *
 * @returns undefined when the preview has a place; else who has the places, in words
 */
export async function takePlace(session: Session, name: string): Promise<string | undefined> {
  const { inputs, places, log, now } = session;
  const { maxPreviews } = inputs;
  if (maxPreviews === 0) return undefined;
  /** Places without a stack that are in use all the same. */
  const inUse = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const found = await places.held();
    const held = found.map((one) => (inUse.has(one.environment) ? { ...one, since: now() } : one));
    const previews = await ownPreviews(session);
    const step = nextPlaceStep({ held, previews, name, maxPreviews, now: now() });
    switch (step.kind) {
      case 'placed':
        return undefined;
      case 'full':
        return noPlaceText(maxPreviews, step.holders, previews);
      case 'take':
        if (await places.take(step.number, step.holder)) {
          log.info(`${step.holder.environment}: has place ${step.number} of ${maxPreviews}`);
        }
        break;
      case 'free':
        await places.free(step.places);
        break;
      case 'free-if-idle':
        await freeIdle(session, step.places, inUse);
        break;
    }
  }
  throw new Error(`no place for ${name} after ${MOST_ROUNDS} rounds`);
}

async function freeIdle(
  { github, log, now, places }: Session,
  idle: readonly HeldPlace[],
  inUse: Set<string>,
): Promise<void> {
  for (const place of idle) {
    const { environment } = place;
    const began = now() - CERTAINLY_ENDED_MS;
    if (environment !== '' && (await deployedAfter(github, environment, began))) {
      inUse.add(environment);
      continue;
    }
    log.info(`${environment || place.key}: has a place and no stack; the place is freed`);
    await places.free([place]);
  }
}

/** Frees the place of a preview whose deploy has failed before there was a stack. */
export async function freePlaceWithoutStack(
  { places, inputs }: Session,
  name: string,
): Promise<void> {
  if (inputs.maxPreviews === 0) return;
  const held = await places.held();
  await places.free(held.filter(({ environment }) => environment === name));
}

async function ownPreviews({
  inputs,
  run,
  stacks,
}: Session): Promise<readonly TaggedEnvironment[]> {
  const all = environmentsOf(await stacks.list(), inputs.serviceRole);
  return all.filter((one) => one.pullRequest !== undefined && belongsTo(one, run));
}

/** Says that all places are taken, by whom and until when. Pure. */
export function noPlaceText(
  maxPreviews: number,
  holders: readonly string[],
  previews: readonly Pick<TaggedEnvironment, 'name' | 'pullRequest' | 'expiresAt'>[],
): string {
  const taken = holders.map((name) => {
    const preview = previews.find((one) => one.name === name);
    if (preview === undefined) return `${name || 'somebody else'} (being deployed)`;
    const { pullRequest, expiresAt } = preview;
    const until = expiresAt === undefined ? '' : `, expires ${minuteOf(expiresAt)} at the earliest`;
    return `#${pullRequest} (${name}${until})`;
  });
  return `No place is free: max-previews is ${maxPreviews}, and there are ${holders.length} previews: ${taken.join(', ')}. Close one of their pull requests, wait until one expires, or raise max-previews. Then push a commit, or run this job again.`;
}
