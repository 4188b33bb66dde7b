import { text } from '../github/inputs.ts';

const PATTERN = /^[\w.-]+(:\d+)?(\/[\w.-]+)+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/;

/** The field of an input with the image of Multus or of whereabouts. */
export function imageField(example: string) {
  return text(PATTERN, `an image with its registry, such as ${example}`).optional();
}

export const MULTUS_EXAMPLE = 'registry.example.com/multus-cni:v4.1.4-thick';
export const WHEREABOUTS_EXAMPLE = 'registry.example.com/whereabouts:v0.9.4';
