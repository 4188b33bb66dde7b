import { text } from '../../github/inputs.ts';

const IMAGE =
  /^[a-z0-9][\w.-]*(:\d+)?(\/[a-z0-9][\w.-]*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

/** The field of an input with the image of test pods that do more than ping: it needs agnhost, too, and iperf for samples. */
export function toolsImageField() {
  return text(IMAGE, 'an image reference such as registry.example.com/agnhost:2.56').default(
    'registry.k8s.io/e2e-test-images/agnhost:2.56@sha256:352a050380078cb2a1c246357a0dfa2fcf243ee416b92ff28b44a01d1b4b0294',
  );
}

/** The field of an input with the image of the test pods, which needs sh, ip and ping. */
export function probeImageField() {
  return text(IMAGE, 'an image reference such as registry.example.com/busybox:1.37').default(
    'public.ecr.aws/docker/library/busybox:1.37@sha256:9532d8c39891ca2ecde4d30d7710e01fb739c87a8b9299685c63704296b16028',
  );
}
