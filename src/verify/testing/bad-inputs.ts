type Given = Readonly<Record<string, string>>;

/** A cluster that is told by a kubeconfig; the file is not looked at while the inputs are read. */
export const kubeconfig = { kubeconfig: '/home/me/.kube/config' };

/** Each bad input of verify: what is given, and the input and the words that the message must have. */
export const badInputs: readonly (readonly [
  name: string,
  given: Given,
  input: string,
  allowed: RegExp,
])[] = [
  ['no cluster', {}, 'environment', /exactly one of/],
  ['two clusters', { ...kubeconfig, 'cluster-name': 'c' }, 'environment', /exactly one of/],
  ['an environment that is no JSON', { environment: '{' }, 'environment', /provision/],
  ['an environment of another kind', { environment: '{"schema":2}' }, 'environment', /schema/],
  ['an endpoint without TLS', { 'cluster-endpoint': 'http://c' }, 'cluster-endpoint', /https/],
  [
    'an authority that is none',
    { 'cluster-certificate-authority': 'eA==' },
    'cluster-certificate-authority',
    /PEM/,
  ],
  [
    'a role that is no ARN',
    { ...kubeconfig, 'role-to-assume': 'deployer' },
    'role-to-assume',
    /ARN/,
  ],
  [
    'a session that is too long',
    { ...kubeconfig, 'role-duration-seconds': '99999' },
    'role-duration-seconds',
    /900 to 43200/,
  ],
  ['one network', { ...kubeconfig, layout: 'lab', networks: 'a' }, 'networks', /exactly two/],
  [
    'three networks',
    { ...kubeconfig, layout: 'lab', networks: 'a,b,c' },
    'networks',
    /exactly two/,
  ],
  [
    'one network twice',
    { ...kubeconfig, layout: 'lab', networks: 'a,default/a' },
    'networks',
    /different/,
  ],
  [
    'networks that are no names',
    { ...kubeconfig, networks: 'a,B_2' },
    'networks',
    /namespace\/name/,
  ],
  [
    'a network with two slashes',
    { ...kubeconfig, networks: 'a,b/c/d' },
    'networks',
    /namespace\/name/,
  ],
  ['an unknown layout', { ...kubeconfig, layout: 'star' }, 'layout', /one of lab, matrix/],
  ['a namespace that is none', { ...kubeconfig, namespace: 'Team_1' }, 'namespace', /lower-case/],
  ['an image with a space', { ...kubeconfig, image: 'busy box' }, 'image', /image reference/],
  ['an image with an option', { ...kubeconfig, image: '--privileged' }, 'image', /image reference/],
  [
    'an unknown pull policy',
    { ...kubeconfig, 'image-pull-policy': 'always' },
    'image-pull-policy',
    /Always, IfNotPresent, Never/,
  ],
  ['an unknown placement', { ...kubeconfig, placement: 'spread' }, 'placement', /same-node, any/],
  ['keep that is no truth', { ...kubeconfig, keep: 'yes' }, 'keep', /true or false/],
  ['no time', { ...kubeconfig, 'timeout-minutes': '0' }, 'timeout-minutes', /1 to 120/],
  ['time in words', { ...kubeconfig, 'timeout-minutes': '10m' }, 'timeout-minutes', /whole number/],
  [
    'a pattern with a space',
    { ...kubeconfig, 'exclude-networks': 'a b' },
    'exclude-networks',
    /\*/,
  ],
  ['a label alone', { ...kubeconfig, 'node-selector': 'gpu' }, 'node-selector', /key=value/],
  ['no nodes', { ...kubeconfig, 'max-nodes': '0' }, 'max-nodes', /1 to 500/],
  ['a crowd of pods', { ...kubeconfig, 'pods-per-node': '21' }, 'pods-per-node', /1 to 20/],
  ['no pairs', { ...kubeconfig, 'max-pairs': '0' }, 'max-pairs', /1 to 200000/],
  [
    'a namespace of another kind',
    { ...kubeconfig, 'pod-namespace': 'own' },
    'pod-namespace',
    /shared, per-run/,
  ],
  ['retries without end', { ...kubeconfig, retries: '99' }, 'retries', /0 to 10/],
  ['more than all', { ...kubeconfig, 'max-loss-percent': '101' }, 'max-loss-percent', /0 to 100/],
  ['no time at all', { ...kubeconfig, 'max-latency-ms': '0' }, 'max-latency-ms', /1 to 60000/],
  ['expectations that are no list', { ...kubeconfig, expect: 'a: b' }, 'expect', /YAML list/],
  [
    'an expectation without talk',
    { ...kubeconfig, expect: '[{ from: a, to: b }]' },
    'expect',
    /talk/,
  ],
  [
    'an expectation of another word',
    { ...kubeconfig, expect: '[{ from: a, to: b, talk: true, when: never }]' },
    'expect',
    /talk/,
  ],
  ['a warning that is no truth', { ...kubeconfig, 'warn-only': '1' }, 'warn-only', /true or false/],
];
