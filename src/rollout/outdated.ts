/** A launch template and its version, as an Auto Scaling group names them. */
export interface TemplateVersion {
  readonly id: string;
  readonly version: string;
}

/** What the instances of a group are to be. What is not known explains nothing. */
export interface WantedInstance {
  readonly template: TemplateVersion | undefined;
  readonly imageId: string | undefined;
  readonly instanceType: string | undefined;
  /** Prefixes on each Multus interface. */
  readonly prefixes: number | undefined;
  /** The control plane's, such as `1.35`. */
  readonly kubernetesVersion: string | undefined;
  /** Instances launched before this time are replaced in any case; in milliseconds since 1970. */
  readonly renewBefore: number | undefined;
}

/** What an instance is. */
export interface FoundInstance {
  readonly template: TemplateVersion | undefined;
  readonly imageId: string | undefined;
  readonly instanceType: string | undefined;
  /** The fewest prefixes that one of its Multus interfaces has; undefined when it has none of these interfaces. */
  readonly prefixes: number | undefined;
  /** Such as `v1.34.2`; undefined before its node has joined. */
  readonly kubeletVersion: string | undefined;
  /** In milliseconds since 1970. */
  readonly launchedAt: number;
}

/**
 * Why an instance should be replaced; empty when it is up to date. Only another template version or an explicit wish
 * makes it outdated, because only then is its successor another one: everything else explains what the versions differ
 * in. Pure.
 */
export function outdatedBy(found: FoundInstance, wanted: WantedInstance): readonly string[] {
  const reasons = isOfTemplate(found, wanted) ? [] : differences(found, wanted);
  const { renewBefore = 0 } = wanted;
  return found.launchedAt < renewBefore
    ? [...reasons, `launched before ${new Date(renewBefore).toISOString()}`]
    : reasons;
}

function isOfTemplate({ template }: FoundInstance, wanted: WantedInstance): boolean {
  if (wanted.template === undefined) return true;
  return template?.id === wanted.template.id && template.version === wanted.template.version;
}

function differences(found: FoundInstance, wanted: WantedInstance): readonly string[] {
  return [
    ...different('AMI', found.imageId, wanted.imageId),
    ...different('instance type', found.instanceType, wanted.instanceType),
    ...olderKubernetes(found.kubeletVersion, wanted.kubernetesVersion),
    ...different('prefixes of each interface', found.prefixes, wanted.prefixes),
    ...templateDifference(found.template, wanted.template),
  ];
}

function different(
  what: string,
  found: string | number | undefined,
  wanted: string | number | undefined,
): readonly string[] {
  if (found === undefined || wanted === undefined || found === wanted) return [];
  return [`${what} ${found} instead of ${wanted}`];
}

function olderKubernetes(
  kubelet: string | undefined,
  cluster: string | undefined,
): readonly string[] {
  const minor = /^v?(\d+\.\d+)/.exec(kubelet ?? '')?.[1];
  if (minor === undefined || cluster === undefined || minor === cluster) return [];
  return [`Kubernetes ${kubelet} instead of ${cluster}`];
}

function templateDifference(
  found: TemplateVersion | undefined,
  wanted: TemplateVersion | undefined,
): readonly string[] {
  if (wanted === undefined) return [];
  if (found?.id !== wanted.id) return [`another template than ${wanted.id}`];
  return [`template version ${found.version} instead of ${wanted.version}`];
}
