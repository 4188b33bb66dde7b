/** An image that the pack itself names. */
interface PackImage {
  /** Where it is, with its tag and, where it is known, its digest. `npm run pin-images` writes the digest. */
  readonly source: string;
  /** When a cluster needs it. */
  readonly use: string;
}

/**
 * All images that the pack brings into a cluster. Those of the VPC CNI, kube-proxy, CoreDNS and the agent of EKS Pod Identity
 * are missing: EKS names them, and nodes pull them from EKS's registry in their own region, which endpoints for ECR lead to
 * (https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html). The image of pauses is part of the AMI
 * (awslabs/amazon-eks-ami@81fec2e nodeadm/cmd/nodeadm/init/init.go).
 */
export const IMAGES = {
  multusThick: {
    source: '602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/multus-cni:v4.1.4-eksbuild.3_thick',
    use: 'Multus',
  },
  multusThin: {
    source: 'ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-debug',
    use: 'Multus with multus-mode thin',
  },
  whereabouts: {
    source: 'ghcr.io/k8snetworkplumbingwg/whereabouts:v0.9.4',
    use: 'networks with ipam whereabouts',
  },
  busybox: {
    source:
      'public.ecr.aws/docker/library/busybox:1.37@sha256:9532d8c39891ca2ecde4d30d7710e01fb739c87a8b9299685c63704296b16028',
    use: 'verify, and the probe of new nodes',
  },
  agnhost: {
    source:
      'registry.k8s.io/e2e-test-images/agnhost:2.56@sha256:352a050380078cb2a1c246357a0dfa2fcf243ee416b92ff28b44a01d1b4b0294',
    use: 'verify with protocols, targets or samples',
  },
} as const satisfies Readonly<Record<string, PackImage>>;

/** An image without its registry: repository, tag and digest. Pure. */
export function pathOf(image: string): string {
  return image.slice(image.indexOf('/') + 1);
}

/**
 * An image that the pack names itself, in the registry that has copies of all of them; an image that somebody else named, or
 * without such a registry, as it is. Pure.
 *
 * @param registry such as `registry.example.com/mirror`; undefined for none
 */
export function mirrored(image: string, registry: string | undefined): string {
  const path = pathOf(image);
  const isOwn = Object.values(IMAGES).some(({ source }) => pathOf(source) === path);
  return registry !== undefined && isOwn ? `${registry}/${path}` : image;
}
