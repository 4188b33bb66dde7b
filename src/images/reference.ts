/** An image, taken apart. */
export interface ImageReference {
  /** Such as `ghcr.io`. */
  readonly registry: string;
  /** Such as `k8snetworkplumbingwg/whereabouts`. */
  readonly repository: string;
  readonly tag: string;
  /** `sha256:…`; undefined when only the tag is named. */
  readonly digest: string | undefined;
}

const REFERENCE =
  /^(?<registry>[^/]+)\/(?<repository>[^:@]+)(?::(?<tag>[\w.-]+))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** Takes apart an image that is named with its registry; undefined for any other text. Pure. */
export function parseImage(image: string): ImageReference | undefined {
  const groups = REFERENCE.exec(image)?.groups;
  if (groups === undefined) return undefined;
  const { registry = '', repository = '', tag = 'latest', digest } = groups;
  return { registry, repository, tag, digest };
}

/** An image by its digest where that is known, else by its tag: what nodes ask a registry for. Pure. */
export function wanted({ tag, digest }: Pick<ImageReference, 'tag' | 'digest'>): string {
  return digest ?? tag;
}
