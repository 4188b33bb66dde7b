import { type CorpusDefinition, HEAD, nad } from './definition.ts';

const ipvlan = {
  cniVersion: '0.3.1',
  type: 'ipvlan',
  master: 'eth1',
  ipam: { type: 'host-local', subnet: '10.2.0.0/24' },
};
const TUNED = JSON.stringify(ipvlan);

/** Definitions as tools print and people write them, good and bad. */
export const BY_TOOLS: readonly CorpusDefinition[] = [
  {
    source: 'kubernetes/kubectl, get -o yaml',
    text: `apiVersion: v1
items:
- apiVersion: k8s.cni.cncf.io/v1
  kind: NetworkAttachmentDefinition
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"k8s.cni.cncf.io/v1","kind":"NetworkAttachmentDefinition"}
    creationTimestamp: "2026-01-02T03:04:05Z"
    generation: 2
    name: exported
    namespace: default
  spec:
    config: '${TUNED}'
kind: List
metadata:
  resourceVersion: ""
`,
  },
  {
    source: 'kubernetes/kubectl, get -o json',
    text: JSON.stringify({
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: { name: 'as-json', namespace: 'default', labels: { team: 'a' } },
      spec: { config: TUNED },
    }),
  },
  {
    source: 'helm/helm, objects of a release',
    text: nad(
      'of-helm',
      ipvlan,
      'line',
      '  labels:\n    app.kubernetes.io/managed-by: Helm\n    helm.sh/chart: net-1.0.0\n  annotations:\n    meta.helm.sh/release-name: net\n    meta.helm.sh/release-namespace: default\n',
    ),
  },
  {
    source: 'argoproj/argo-cd docs/user-guide/resource_tracking.md',
    text: nad(
      'of-argo',
      ipvlan,
      'line',
      '  annotations:\n    argocd.argoproj.io/tracking-id: net:k8s.cni.cncf.io/NetworkAttachmentDefinition:default/of-argo\n    argocd.argoproj.io/sync-wave: "-1"\n',
    ),
  },
  {
    source: 'fluxcd/kustomize-controller docs/spec/v1/kustomizations.md',
    text: nad(
      'of-flux',
      ipvlan,
      'line',
      '  labels:\n    kustomize.toolkit.fluxcd.io/name: apps\n    kustomize.toolkit.fluxcd.io/namespace: flux-system\n',
    ),
  },
  {
    source: 'kubernetes-sigs/kustomize, empty maps',
    text: nad('of-kustomize', ipvlan, 'block', '  labels: {}\n  annotations:\n'),
  },
  {
    source: 'YAML 1.1, merge keys',
    text: `${HEAD}metadata: &meta\n  name: merged\nspec:\n  <<: {config: '${TUNED}'}\n`,
  },
  { source: 'YAML, a byte order mark', text: `\uFEFF${nad('with-bom', ipvlan, 'block')}` },
  {
    source: 'YAML, line ends of Windows',
    text: nad('windows', ipvlan, 'quoted').replaceAll('\n', '\r\n'),
  },
  {
    source: 'YAML, a comment in each place',
    text: `# first\n---\n# second\n${nad('commented', ipvlan, 'line')}# last\n---\n# nothing\n`,
  },
  {
    source: 'YAML, a key that occurs twice',
    text: `${HEAD}metadata:\n  name: twice\n  name: last\nspec:\n  config: '${TUNED}'\n`,
  },
  {
    source: 'YAML, texts like other things',
    text: nad(
      'look-alikes',
      ipvlan,
      'line',
      '  annotations:\n    since: 2024-01-01\n    at: 12:30\n',
    ),
  },
  {
    source: 'YAML, flow style',
    text: `{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: flow}, spec: {config: '${TUNED}'}}\n`,
  },
  { source: 'a text of spaces', text: `${HEAD}metadata:\n  name: spaces\nspec:\n  config: "  "\n` },
  { source: 'a spec without anything', text: `${HEAD}metadata:\n  name: empty-spec\nspec: {}\n` },
  { source: 'a null', text: `${HEAD}metadata:\n  name: null-config\nspec:\n  config:\n` },
  { source: 'no master', text: nad('no-master', { ...ipvlan, master: undefined }, 'line') },
  // What is refused.
  {
    source: 'a typing error in spec',
    text: `${HEAD}metadata:\n  name: typo\nspec:\n  conf: '{}'\n`,
    refused: /spec: no field "conf"/,
    byKubectl: true,
  },
  {
    source: 'a typing error in metadata',
    text: `${HEAD}metadata:\n  name: typo2\n  lables: {a: b}\n`,
    refused: /metadata: no field "lables"/,
    byKubectl: true,
  },
  {
    source: 'a mapping for a text',
    text: `${HEAD}metadata:\n  name: mapping\nspec:\n  config: {type: ipvlan}\n`,
    refused: /spec\.config: JSON in a text/,
    byKubectl: true,
  },
  {
    source: 'a label that is no text',
    text: `${HEAD}metadata:\n  name: label\n  labels: {fast: yes}\n`,
    refused: /metadata\.labels\.fast: a text/,
    byKubectl: true,
  },
  {
    source: 'a label with a colon',
    text: `${HEAD}metadata:\n  name: label2\n  labels: {at: '12:30'}\n`,
    refused: /metadata\.labels\.at: a label/,
    byKubectl: true,
  },
  {
    source: 'a name that is none',
    text: `${HEAD}metadata:\n  name: Net_1\n`,
    refused: /metadata\.name: a name of lower case/,
    byKubectl: true,
  },
  {
    source: 'no name',
    text: `${HEAD}spec:\n  config: '{}'\n`,
    refused: /metadata/,
    byKubectl: true,
  },
  {
    source: 'text that is no YAML',
    text: 'a: b: c\n',
    refused: /line 1, column \d+/,
    byKubectl: true,
  },
  {
    source: 'a quote without an end',
    text: `${HEAD}metadata:\n  name: open\nspec:\n  config: '{\n`,
    refused: /line \d+, column \d+/,
    byKubectl: true,
  },
  {
    source: 'an alias to nothing',
    text: `${HEAD}metadata:\n  name: *nobody\n`,
    refused: /line \d+.*nobody/s,
    byKubectl: true,
  },
  {
    source: 'an anchor in itself',
    text: 'a: &a [*a]\n',
    refused: /an anchor contains itself/,
    byKubectl: true,
  },
  {
    source: 'many laughs',
    text: bomb(),
    refused: /line 1: Excessive alias count/,
    byKubectl: true,
  },
  {
    source: 'a pod beside',
    text: 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: a\n    image: a\n',
    refused: /line 1: (apiVersion|kind): a NetworkAttachmentDefinition/,
  },
  {
    source: 'JSON with a comma too many',
    text: nad('comma', '{\n  "type": "ipvlan",\n}', 'block'),
    refused: /JSON: a CNI configuration \(.*line 3, column 1/,
  },
  {
    source: 'JSON with a comment',
    text: nad('comment', '{"type": "macvlan" # the plugin\n}', 'block'),
    refused: /JSON: a CNI configuration \(.*line 1, column 20/,
  },
  {
    source: 'JSON without a type',
    text: nad('typeless', '{"cniVersion": "0.3.1"}', 'line'),
    refused: /a field "type", the name of the CNI plugin/,
  },
  {
    source: 'a version that does not exist',
    text: nad('version', { ...ipvlan, cniVersion: '2.0.0' }, 'line'),
    refused: /spec\.config\.cniVersion: a version of the CNI specification: 0\.1\.0/,
  },
  {
    source: 'a number in quotes',
    text: nad('mtu', { ...ipvlan, mtu: '9001' }, 'line'),
    refused: /spec\.config\.mtu: a number without quotes/,
  },
  {
    source: 'ipvlan without an IPAM',
    text: nad('no-ipam', { ...ipvlan, ipam: {} }, 'line'),
    refused: /spec\.config\.ipam: an IPAM, which type ipvlan needs/,
  },
  {
    source: 'host-local with host bits',
    text: nad(
      'host-bits',
      { ...ipvlan, ipam: { type: 'host-local', subnet: '10.2.0.7/24' } },
      'line',
    ),
    refused: /subnet: an IPv4 network without host bits/,
  },
  {
    source: 'a range in another subnet',
    text: nad(
      'elsewhere',
      { ...ipvlan, ipam: { type: 'host-local', subnet: '10.2.0.0/24', rangeStart: '10.3.0.1' } },
      'line',
    ),
    refused: /range: two addresses of 10\.2\.0\.0\/24/,
  },
];

function bomb(): string {
  const lines = [`a: &a [${Array(9).fill('x').join(', ')}]`];
  const names = 'abcdefghi';
  for (let index = 1; index < names.length; index += 1) {
    const above = Array(9)
      .fill(`*${names[index - 1]}`)
      .join(', ');
    lines.push(`${names[index]}: &${names[index]} [${above}]`);
  }
  return `${lines.join('\n')}\n`;
}
