import type { Image } from '../../aws/images.ts';
import { HOUR_MS } from '../../core/clock.ts';

/** The AMIs of a node group: those of its nodes, and the one that EKS recommends. */
export interface GroupImages {
  /** The name of the Auto Scaling group. */
  readonly group: string;
  /** The SSM parameter that has the recommended AMI. */
  readonly parameter: string;
  readonly recommended: ReleasedImage | undefined;
  readonly inUse: readonly ImageInUse[];
  /** Of the oldest AMI in use; null when nobody knows. */
  readonly daysBehind: number | null;
}

export interface ReleasedImage {
  readonly id: string;
  readonly name: string | null;
  /** When EC2 got it, as an ISO 8601 time; null when EC2 no longer has it. */
  readonly released: string | null;
}

export interface ImageInUse extends ReleasedImage {
  readonly nodes: number;
  /** Days between its release and that of the recommended one, 0 for the recommended one; null when nobody knows. */
  readonly daysBehind: number | null;
}

const DAY_MS = 24 * HOUR_MS;

/**
 * How far the AMIs of a group's nodes are behind the recommended one. Pure.
 *
 * @param inUse the id of the AMI of each node
 * @param recommended the id of the recommended AMI; undefined when the SSM parameter does not exist
 * @param images what EC2 says of these AMIs
 */
export function imageAges(
  { group, parameter }: Pick<GroupImages, 'group' | 'parameter'>,
  inUse: readonly string[],
  recommended: string | undefined,
  images: readonly Image[],
): GroupImages {
  const newest = recommended === undefined ? undefined : released(recommended, images);
  const used = [...new Set(inUse)].map((id) => {
    const image = released(id, images);
    const nodes = inUse.filter((one) => one === id).length;
    return { ...image, nodes, daysBehind: daysBetween(image, newest) };
  });
  const days = used.map(({ daysBehind }) => daysBehind);
  const unknown = days.length === 0 || days.includes(null);
  return {
    group,
    parameter,
    recommended: newest,
    inUse: used,
    daysBehind: unknown ? null : Math.max(...days.map((one) => one ?? 0)),
  };
}

function released(id: string, images: readonly Image[]): ReleasedImage {
  const { name, releasedAt } = images.find((image) => image.id === id) ?? {};
  const at = releasedAt === undefined ? null : new Date(releasedAt).toISOString();
  return { id, name: name ?? null, released: at };
}

function daysBetween(image: ReleasedImage, newest: ReleasedImage | undefined): number | null {
  if (newest !== undefined && image.id === newest.id) return 0;
  if (image.released === null || newest?.released === undefined || newest.released === null) {
    return null;
  }
  const days = (Date.parse(newest.released) - Date.parse(image.released)) / DAY_MS;
  return Math.max(0, Math.floor(days));
}

/** Whether a node of the group has another AMI than the recommended one. Pure. */
export function isBehind({ inUse, recommended }: GroupImages): boolean {
  return recommended !== undefined && inUse.some(({ id }) => id !== recommended.id);
}

/** One line for people about each AMI of a group. Pure. */
export function imageLines(images: GroupImages): readonly string[] {
  const { group, inUse, parameter, recommended } = images;
  const newest =
    recommended === undefined
      ? `SSM has no parameter ${parameter}`
      : `the recommended one is ${recommended.id}, released ${dayOf(recommended.released)}`;
  return inUse.map(
    ({ daysBehind, id, nodes, released: at }) =>
      `${group}: ${nodes === 1 ? '1 node has' : `${nodes} nodes have`} the AMI ${id}, released ${dayOf(at)}; ${newest}${id === recommended?.id ? '' : `: ${daysText(daysBehind)} behind`}`,
  );
}

/** A number of days that may be unknown, in words. */
export function daysText(days: number | null): string {
  if (days === null) return 'an unknown number of days';
  return days === 1 ? '1 day' : `${days} days`;
}

/** `2026-09-01` */
export function dayOf(released: string | null): string {
  return released?.slice(0, 10) ?? 'at an unknown time';
}
