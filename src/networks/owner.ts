import type { KubernetesObject } from '@kubernetes/client-node';
import { OUR_LABELS } from '../kubernetes/api.ts';

/** Marks that tools put on the objects that they keep as they want them: the tool, and the label or annotation. */
const MARKS: readonly (readonly [tool: string, mark: string])[] = [
  // https://helm.sh/docs/topics/charts_tips_and_tricks, and `pkg/action/validate.go` of helm/helm
  ['Helm release', 'meta.helm.sh/release-name'],
  // https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
  ['Argo CD application', 'argocd.argoproj.io/tracking-id'],
  ['Argo CD application', 'argocd.argoproj.io/instance'],
  // https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
  ['Flux Kustomization', 'kustomize.toolkit.fluxcd.io/name'],
  ['Flux HelmRelease', 'helm.toolkit.fluxcd.io/name'],
];
/** Further marks of the same tools, which mean nothing alone. */
const BESIDE: ReadonlySet<string> = new Set([
  'meta.helm.sh/release-namespace',
  'kustomize.toolkit.fluxcd.io/namespace',
  'helm.toolkit.fluxcd.io/namespace',
]);

/** The names under which tools write fields: `managedFields[].manager`. */
const MANAGERS: Readonly<Record<string, string>> = {
  // `cmd/helm/helm.go` of helm/helm
  helm: 'Helm',
  // `common/common.go` of argoproj/argo-cd
  'argocd-controller': 'Argo CD',
  // `main.go` of fluxcd/kustomize-controller and of fluxcd/helm-controller
  'kustomize-controller': 'Flux',
  'helm-controller': 'Flux',
  // `manifest/provider/plan.go` of hashicorp/terraform-provider-kubernetes
  Terraform: 'Terraform',
};

const MANAGED_BY = 'app.kubernetes.io/managed-by';

/**
 * Who keeps an object as it is, besides us and people: a controller, or a tool that applies it from elsewhere. Undefined
 * when nobody does. Pure.
 */
export function ownerOf({ metadata }: KubernetesObject): string | undefined {
  const [controller] = metadata?.ownerReferences ?? [];
  if (controller !== undefined) return `${controller.kind} ${controller.name}`;
  const texts = { ...metadata?.labels, ...metadata?.annotations };
  const marked = MARKS.find(([, mark]) => texts[mark] !== undefined);
  if (marked !== undefined) return `${marked[0]} ${texts[marked[1]]?.split(':', 1)[0]}`;
  const manager = metadata?.managedFields?.find(({ manager = '', fieldsV1 }) => {
    return manager in MANAGERS && 'f:spec' in (fieldsV1 ?? {});
  })?.manager;
  if (manager !== undefined) return MANAGERS[manager];
  const managedBy = metadata?.labels?.[MANAGED_BY];
  return managedBy === OUR_LABELS[MANAGED_BY] ? undefined : managedBy;
}

/** True for a label or annotation that tells its tool that the object is its own. */
export function isMarkOfOwner(key: string): boolean {
  return BESIDE.has(key) || MARKS.some(([, mark]) => mark === key);
}
