import { meet, spanText } from './address-span.ts';
import type { Attachment } from './attachment.ts';
import { handedOut } from './handed-out.ts';
import type { NetworkProblem } from './network-spec.ts';

/**
 * The ranges of two networks must not share an address: each network hands out its own. Only whereabouts
 * looks at what other networks of whereabouts have handed out. Pure.
 */
export function checkOverlaps(attachments: readonly Attachment[]): readonly NetworkProblem[] {
  const spans = attachments.flatMap((attachment) =>
    handedOut(attachment).map((span) => ({ attachment, span })),
  );
  return spans.flatMap((one, index) =>
    spans
      .slice(0, index)
      .filter(({ span }) => meet(span, one.span))
      .filter(({ attachment }) => !knowOfEachOther(attachment, one.attachment))
      .map((other) => ({
        place: `${one.attachment.name}.range`,
        value: spanText(one.span),
        allowed: `a range clear of ${other.attachment.namespace}/${other.attachment.name}, which has ${spanText(other.span)}`,
      })),
  );
}

function knowOfEachOther(one: Attachment, other: Attachment): boolean {
  return one.ipam === 'whereabouts' && other.ipam === 'whereabouts';
}
