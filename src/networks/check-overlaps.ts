import { formatRange, overlaps, type Range } from '../core/ip.ts';
import type { Environment } from '../environment/environment.ts';
import { type Attachment, allocatedRanges } from './attachment.ts';
import { isInVpc } from './check-written-addresses.ts';
import type { NetworkProblem } from './network-spec.ts';

export interface OverlapFindings {
  readonly problems: readonly NetworkProblem[];
  readonly warnings: readonly string[];
}

/**
 * Finds networks that share addresses, because each network allocates without looking at the others. Only whereabouts
 * networks see what other whereabouts networks have allocated. In the environment's VPC that is a problem.
 * Elsewhere the networks may be separate ones that use the same numbers, so it is a warning. Pure.
 */
export function checkOverlaps(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
): OverlapFindings {
  const allocated = attachments.flatMap((attachment) =>
    allocatedRanges(attachment).map((range) => ({ attachment, range })),
  );
  const pairs = allocated.flatMap((one, index) =>
    allocated
      .slice(0, index)
      .filter(({ range }) => overlaps(range, one.range))
      .filter(({ attachment }) => !shareAllocations(attachment, one.attachment))
      .map((other) => ({ one, other })),
  );
  const wrong = pairs.filter(
    ({ one, other }) => isHeld(one, environment) && isHeld(other, environment),
  );
  return {
    problems: wrong.map(({ one, other }) => ({
      place: `${one.attachment.name}.range`,
      value: formatRange(one.range),
      allowed: `a range clear of ${nameOf(other)}, which has ${formatRange(other.range)}`,
    })),
    warnings: pairs
      .filter((pair) => !wrong.includes(pair))
      .map(
        ({ one, other }) =>
          `${nameOf(one)} (${formatRange(one.range)}) and ${nameOf(other)} (${formatRange(other.range)}) share addresses. If they are one network, two pods can get the same address.`,
      ),
  };
}

interface Allocated {
  readonly attachment: Attachment;
  readonly range: Range;
}

/** Networks in short form are always in a VPC. */
function isHeld({ attachment, range }: Allocated, environment: Environment | undefined): boolean {
  return !attachment.written || isInVpc(range, environment);
}

function nameOf({ attachment: { namespace, name } }: Allocated): string {
  return `${namespace}/${name}`;
}

function shareAllocations(one: Attachment, other: Attachment): boolean {
  return one.ipam === 'whereabouts' && other.ipam === 'whereabouts';
}
