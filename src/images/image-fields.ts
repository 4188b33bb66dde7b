import { text } from '../github/inputs.ts';
import { IMAGES } from './catalog.ts';

/**
 * The parts of an image's name. Upper case is for hosts and tags only:
 * https://github.com/distribution/reference/blob/main/reference.go
 */
const NAME = String.raw`[a-z0-9][\w.-]*`;
const VERSION = String.raw`(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?`;
const IMAGE = new RegExp(String.raw`^${NAME}(:\d+)?(/${NAME})*${VERSION}$`);
const IMAGE_IN_REGISTRY = new RegExp(String.raw`^[\w.-]+(:\d+)?(/${NAME})+${VERSION}$`);

export const MULTUS_EXAMPLE = 'registry.example.com/multus-cni:v4.1.4-thick';

/** The field of an input with the image of Multus. */
export function multusImageField() {
  return imageInRegistry(MULTUS_EXAMPLE);
}

/** The field of an input with the image of whereabouts. */
export function whereaboutsImageField() {
  return imageInRegistry('registry.example.com/whereabouts:v0.9.4');
}

function imageInRegistry(example: string) {
  return text(IMAGE_IN_REGISTRY, `an image with its registry, such as ${example}`).optional();
}

/** The field of an input with the image of test pods that do more than ping: it needs agnhost, too, and iperf for samples. */
export function toolsImageField() {
  return text(IMAGE, 'an image reference such as registry.example.com/agnhost:2.56').default(
    IMAGES.agnhost.source,
  );
}

/** The field of an input with the image of the test pods, which needs sh, ip and ping. */
export function probeImageField() {
  return text(IMAGE, 'an image reference such as registry.example.com/busybox:1.37').default(
    IMAGES.busybox.source,
  );
}
