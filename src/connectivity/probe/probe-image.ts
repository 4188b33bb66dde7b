import { text } from '../../github/inputs.ts';
import { IMAGES } from '../../images/catalog.ts';

const IMAGE =
  /^[a-z0-9][\w.-]*(:\d+)?(\/[a-z0-9][\w.-]*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

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
