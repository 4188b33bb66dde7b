import { text } from '../../github/inputs.ts';

const IMAGE =
  /^[a-z0-9][\w.-]*(:\d+)?(\/[a-z0-9][\w.-]*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

/** The field of an input with the image of the test pods, which needs sh, ip and ping. */
export function probeImageField() {
  return text(IMAGE, 'an image reference such as registry.example.com/busybox:1.37').default(
    'public.ecr.aws/docker/library/busybox:1.37@sha256:9532d8c39891ca2ecde4d30d7710e01fb739c87a8b9299685c63704296b16028',
  );
}
