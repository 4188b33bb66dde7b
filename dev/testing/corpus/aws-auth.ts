/** `data.mapRoles` in the form in which a tool writes it, written for these tests. */
export interface CorpusMap {
  /** The repository and the file that writes this form, or who does. */
  readonly source: string;
  readonly text: string;
  /** The message with which the pack refuses it; undefined when it adds a row. */
  readonly refused?: RegExp;
  /** True when the authenticator complains of another row, and reads the rest. */
  readonly partly?: boolean;
}

const ACCOUNT = 'arn:aws:iam::111122223333';
const NODE = 'system:node:{{EC2PrivateDNSName}}';
const NODE_GROUPS = ['system:bootstrappers', 'system:nodes'];

interface Row {
  readonly rolearn: string;
  readonly username: string;
  readonly groups: readonly string[];
}

const node = (name: string): Row => ({
  rolearn: `${ACCOUNT}:role/${name}`,
  username: NODE,
  groups: NODE_GROUPS,
});
const admin = (name: string, username = 'admin'): Row => ({
  rolearn: `${ACCOUNT}:role/${name}`,
  username,
  groups: ['system:masters'],
});
const ROWS = [node('nodes'), admin('Admins', 'admin:{{SessionName}}')];

/** Go's YAML of a map: keys in alphabetical order, lists not indented. */
const byGo = (rows: readonly Row[]) =>
  rows
    .map(
      ({ rolearn, username, groups }) =>
        `- groups:\n${groups.map((one) => `  - ${one}\n`).join('')}  rolearn: ${rolearn}\n  username: ${username}\n`,
    )
    .join('');
/** As the AWS guide has it: indented lists, the role first. */
const byGuide = (rows: readonly Row[], indent = '') =>
  rows
    .map(
      ({ rolearn, username, groups }) =>
        `- rolearn: ${rolearn}\n  username: ${username}\n  groups:\n${groups.map((one) => `    - ${one}\n`).join('')}`,
    )
    .join('')
    .replace(/^(?=.)/gm, indent);
/** Terraform's yamlencode: everything in double quotes. */
const byYamlencode = (rows: readonly Row[]) =>
  rows
    .map(
      ({ rolearn, username, groups }) =>
        `- "groups":\n${groups.map((one) => `  - "${one}"\n`).join('')}  "rolearn": "${rolearn}"\n  "username": "${username}"\n`,
    )
    .join('');
/** Python's json.dumps has spaces between the parts. */
const byPython = (rows: readonly Row[]) =>
  JSON.stringify(rows).replaceAll('":', '": ').replaceAll(',"', ', "').replaceAll('},{', '}, {');
const withoutQuotes = byGuide([{ ...admin('Quotes'), username: '{{SessionName}}' }]);
const anchored = `- &node\n  rolearn: ${ACCOUNT}:role/first\n  username: ${NODE}\n  groups: &groups [system:bootstrappers, system:nodes]\n- rolearn: ${ACCOUNT}:role/second\n  username: ${NODE}\n  groups: *groups\n`;

/** Maps as tools and people leave them. */
export const MAPS: readonly CorpusMap[] = [
  { source: 'eksctl-io/eksctl pkg/authconfigmap/authconfigmap.go', text: byGo(ROWS) },
  {
    source: 'eksctl-io/eksctl pkg/authconfigmap/authconfigmap.go, Windows nodes',
    text: byGo([{ ...node('win'), groups: [...NODE_GROUPS, 'eks:kube-proxy-windows'] }]),
  },
  {
    source: 'eksctl-io/eksctl pkg/authconfigmap/service_access.go',
    text: byGo([
      ...ROWS,
      {
        rolearn: `${ACCOUNT}:role/AWSServiceRoleForAmazonEMRContainers`,
        username: 'emr-containers',
        groups: [],
      },
    ]).replace('- groups:\n  rolearn', '- rolearn'),
  },
  {
    source: 'eksctl-io/eksctl pkg/authconfigmap/assets/aws-batch-rbac.yaml',
    text: byGo([
      ...ROWS,
      {
        rolearn: `${ACCOUNT}:role/AWSServiceRoleForBatch`,
        username: 'aws-batch',
        groups: ['batch'],
      },
    ]),
  },
  {
    source: 'Amazon EKS, a managed node group and a Fargate profile',
    text: byGo([
      node('managed'),
      {
        rolearn: `${ACCOUNT}:role/fargate`,
        username: 'system:node:{{SessionName}}',
        groups: [...NODE_GROUPS, 'system:node-proxier'],
      },
    ]),
  },
  { source: 'AWS documentation, auth-configmap', text: byGuide(ROWS) },
  { source: 'AWS documentation, auth-configmap, indented by a person', text: byGuide(ROWS, '  ') },
  {
    source:
      'https://s3.us-west-2.amazonaws.com/amazon-eks/cloudformation/2020-10-29/aws-auth-cm.yaml',
    text: byGuide([node('from-template')], '    '),
  },
  {
    source: 'terraform-aws-modules/terraform-aws-eks modules/aws-auth/main.tf',
    text: byYamlencode(ROWS),
  },
  {
    source: 'terraform-aws-modules/terraform-aws-eks modules/aws-auth/main.tf, without rows',
    text: '[]\n',
  },
  {
    source: 'terraform-aws-modules/terraform-aws-eks templates/worker-role.tpl, of early releases',
    text: `${byGuide([node('workers')])}    \n${byGuide([admin('ops')])}\n\n`,
  },
  {
    source: 'hashicorp/terraform-provider-kubernetes, a heredoc',
    text: `\n${byGuide(ROWS, '    ')}  \n`,
  },
  { source: 'hashicorp/terraform, jsonencode', text: JSON.stringify(ROWS) },
  {
    source: 'hashicorp/terraform, jsonencode, keys sorted',
    text: JSON.stringify(
      ROWS.map(({ groups, rolearn, username }) => ({ groups, rolearn, username })),
    ),
  },
  {
    source: 'aws/aws-cdk packages/aws-cdk-lib/aws-eks/lib/aws-auth.ts',
    text: JSON.stringify([...ROWS, admin('Deployer', `${ACCOUNT}:role/Deployer`)]),
  },
  { source: 'aws/aws-cdk, one role', text: JSON.stringify([node('one')]) },
  { source: 'JSON with two spaces', text: JSON.stringify(ROWS, null, 2) },
  {
    source: 'JSON with four spaces and an end of line',
    text: `${JSON.stringify(ROWS, null, 4)}\n`,
  },
  { source: 'JSON with tabs', text: `${JSON.stringify(ROWS, null, '\t')}\n` },
  { source: 'Python, json.dumps', text: byPython(ROWS) },
  {
    source: 'pulumi/pulumi-eks nodejs/eks/cluster/cluster.ts',
    text: byGuide([admin('pulumi'), node('pulumi-nodes')]),
  },
  {
    source: 'Python, yaml.dump in flow style',
    text: `- {groups: [system:bootstrappers, 'system:nodes'], rolearn: '${ACCOUNT}:role/flow', username: 'x'}\n`,
  },
  {
    source: 'cloudposse/terraform-aws-eks-cluster auth.tf',
    text: byYamlencode([...ROWS, admin('breakglass')]),
  },
  {
    source:
      'aws/karpenter-provider-aws website/content/en/docs/getting-started/getting-started-with-karpenter/scripts/step02-create-cluster.sh',
    text: byGo([node('KarpenterNodeRole-lab'), ...ROWS]),
  },
  {
    source: 'kubernetes-sigs/cluster-api-provider-aws pkg/cloud/services/iamauth/configmap.go',
    text: byGo([node('nodes.cluster-api-provider-aws.sigs.k8s.io')]),
  },
  {
    source: 'kubernetes-sigs/aws-iam-authenticator README.md, single sign-on',
    text: '- sso:\n    permissionSetName: ViewOnly\n    accountID: "012345678901"\n  username: view\n  groups:\n  - viewers\n',
  },
  {
    source: 'kubernetes-sigs/aws-iam-authenticator, after `add role`',
    text: byGo([admin('a'), admin('b')]),
  },
  {
    source: 'a role of single sign-on with its path',
    text: byGuide([
      {
        ...admin('x'),
        rolearn: `${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_01`,
      },
    ]),
  },
  {
    source: 'another partition',
    text: byGuide([{ ...node('cn'), rolearn: 'arn:aws-cn:iam::111122223333:role/cn' }]),
  },
  {
    source: 'comments everywhere',
    text: `# nodes first\n${byGuide([node('nodes')])}# people\n${byGuide([admin('ops')])}# the end\n`,
  },
  { source: 'anchors and aliases', text: anchored },
  {
    source: 'merge keys',
    text: `- &base\n  rolearn: ${ACCOUNT}:role/base\n  username: ${NODE}\n  groups: [system:nodes]\n- <<: *base\n  rolearn: ${ACCOUNT}:role/merged\n`,
  },
  {
    source: 'names of fields in other case',
    text: `- roleARN: ${ACCOUNT}:role/case\n  userName: x\n  Groups: [a]\n`,
  },
  { source: 'a folded text', text: `- rolearn: >-\n    ${ACCOUNT}:role/folded\n  username: x\n` },
  { source: 'a document start and end', text: `---\n${byGuide(ROWS)}...\n` },
  { source: 'a second document', text: `${byGuide(ROWS)}---\n${byGuide([admin('unseen')])}` },
  { source: 'a byte order mark', text: `\uFEFF${byGuide(ROWS)}` },
  { source: 'line ends of Windows', text: byGuide(ROWS).replaceAll('\n', '\r\n') },
  {
    source: 'a key that occurs twice',
    text: `- rolearn: a\n  rolearn: ${ACCOUNT}:role/b\n  username: x\n`,
  },
  {
    source: 'a number as a user id',
    text: `- rolearn: ${ACCOUNT}:role/c\n  username: x\n  userid: 0123\n`,
    partly: true,
  },
  {
    source: 'a number as a user',
    text: `- rolearn: ${ACCOUNT}:role/d\n  username: 12\n`,
    partly: true,
  },
  { source: 'a row without a role', text: `- username: x\n${byGuide(ROWS)}`, partly: true },
  { source: 'an empty row', text: `-\n${byGuide(ROWS)}`, partly: true },
  { source: 'no text', text: '' },
  { source: 'blank lines', text: '\n\n' },
  { source: 'two quotes', text: '""' },
  { source: 'two single quotes', text: "''" },
  { source: 'two back quotes', text: '``' },
  { source: 'the word null', text: 'null' },
  { source: 'a tilde', text: '~\n' },
  { source: 'only a comment', text: '# none yet\n' },
  {
    source: 'a template without quotes',
    text: withoutQuotes,
    refused: /line 2: \{\{SessionName\}\} needs quotes/,
  },
  { source: 'a mapping', text: `rolearn: ${ACCOUNT}:role/x\n`, refused: /it is not a list/ },
  { source: 'a list that does not end', text: '- [', refused: /mapRoles cannot be read/ },
  { source: 'an alias to nothing', text: '- *nobody\n', refused: /Unresolved alias/ },
  {
    source: 'tabs as indentation',
    text: `- rolearn: a\n\tusername: b\n`,
    refused: /mapRoles cannot be read/,
  },
];
