import { minorsAhead } from './version-change.ts';

/** An add-on of a cluster, and the versions that EKS offers for a Kubernetes version. */
export interface Addon {
  /** Such as `kube-proxy`. */
  readonly name: string;
  /** Such as `v1.34.1-eksbuild.2`. */
  readonly version: string;
  readonly offered: readonly OfferedVersion[];
}

export interface OfferedVersion {
  readonly version: string;
  /** Whether EKS gives it to a cluster that names no version. */
  readonly isDefault: boolean;
}

type Texts = Readonly<Record<string, string>>;

/** The add-ons of `cfn/infra.yaml`, with the parameters that name their versions. */
export const ADDON_PARAMETERS: Texts = {
  'eks-pod-identity-agent': 'PodIdentityAgentVersion',
  'vpc-cni': 'VpcCniVersion',
  'kube-proxy': 'KubeProxyVersion',
};

/** The parameter, and the output, that says for which version of Kubernetes the add-ons were chosen. */
export const CHOSEN_FOR = 'AddonsKubernetesVersion';

/**
 * The parameters about add-ons for a new stack: EKS gives them its defaults. Those of an existing stack stay until an update of the
 * add-ons; when it lacks them, nobody knows for which version its add-ons were chosen.
 *
 * @param kubernetesVersion the version of a new cluster; undefined for an existing one
 */
export function defaultAddons(kubernetesVersion: string | undefined): Texts {
  const versions = Object.values(ADDON_PARAMETERS).map((parameter) => [parameter, '']);
  return { ...Object.fromEntries(versions), [CHOSEN_FOR]: kubernetesVersion ?? '' };
}

/**
 * Whether the add-ons are those of an older Kubernetes version than the cluster's. kube-proxy tells: its version begins with
 * that of Kubernetes. Pure.
 */
export function areBehind(kubeProxy: string | undefined, kubernetesVersion: string): boolean {
  return kubeProxy !== undefined && (minorsAhead(kubernetesVersion, kubeProxy) ?? 0) > 0;
}

/**
 * The template parameters that bring the template's add-ons to EKS's defaults. An add-on keeps a version that is newer than
 * the default and that EKS offers. Pure.
 */
export function addonUpdates(addons: readonly Addon[]): Texts {
  return Object.fromEntries(
    addons.flatMap((addon) => {
      const parameter = ADDON_PARAMETERS[addon.name];
      const version = updateOf(addon);
      return parameter === undefined || version === undefined ? [] : [[parameter, version]];
    }),
  );
}

function updateOf({ version, offered }: Addon): string | undefined {
  const wanted = offered.find(({ isDefault }) => isDefault)?.version;
  if (wanted === undefined || wanted === version) return undefined;
  const stays = offered.some((one) => one.version === version) && compare(version, wanted) > 0;
  return stays ? undefined : wanted;
}

/** Positive when version `a` is newer than `b`. The numbers of `v1.20.4-eksbuild.2` count one after another. */
function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
