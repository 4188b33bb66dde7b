/** `data.mapRoles` as different writers leave it; written for these tests in the form of each. */
export const AWS_AUTH_SAMPLES: Readonly<Record<string, string>> = {
  // Go's YAML of a mapping: keys in alphabetical order, lists not indented.
  eksctl: `- groups:
  - system:bootstrappers
  - system:nodes
  rolearn: arn:aws:iam::111122223333:role/eksctl-lab-nodegroup-ng-NodeInstanceRole-1ABC
  username: system:node:{{EC2PrivateDNSName}}
- groups:
  - system:masters
  rolearn: arn:aws:iam::111122223333:role/admin
  username: admin
`,
  // EKS itself, for a managed node group and a Fargate profile made in the console.
  console: `- groups:
  - system:bootstrappers
  - system:nodes
  rolearn: arn:aws:iam::111122223333:role/managed-nodes
  username: system:node:{{EC2PrivateDNSName}}
- groups:
  - system:bootstrappers
  - system:nodes
  - system:node-proxier
  rolearn: arn:aws:iam::111122223333:role/fargate
  username: system:node:{{SessionName}}
`,
  // Terraform's yamlencode quotes every key and every text.
  terraform: `- "groups":
  - "system:bootstrappers"
  - "system:nodes"
  "rolearn": "arn:aws:iam::111122223333:role/workers-eks-node-group-20240101"
  "username": "system:node:{{EC2PrivateDNSName}}"
- "groups":
  - "system:masters"
  "rolearn": "arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0123456789abcdef"
  "username": "sso:{{SessionName}}"
`,
  // The templates of its older releases leave lines of spaces, and a user without a name.
  'terraform, older': `- rolearn: arn:aws:iam::111122223333:role/workers
  username: system:node:{{EC2PrivateDNSName}}
  groups:
    - system:bootstrappers
    - system:nodes
    
- rolearn: arn:aws:iam::111122223333:role/devops
  username: 
  groups:
    - system:masters

`,
  // The AWS CDK writes JSON.
  cdk: '[{"rolearn":"arn:aws:iam::111122223333:role/Lab-NodegroupRole","username":"system:node:{{EC2PrivateDNSName}}","groups":["system:bootstrappers","system:nodes"]},{"rolearn":"arn:aws:iam::111122223333:role/Deployer","username":"arn:aws:iam::111122223333:role/Deployer","groups":["system:masters"]}]',
  // The document that AWS's guide gives, indented and commented by hand.
  'by hand': `# Nodes first. Ask the platform team before you add people.
  - rolearn: arn:aws:iam::111122223333:role/ng-by-hand   # made by hand
    username: system:node:{{EC2PrivateDNSName}}
    groups:
      - system:bootstrappers
      # without this one the node is refused
      - system:nodes
  # - rolearn: arn:aws:iam::111122223333:role/left-in-june
  #   username: former
  - rolearn: 'arn:aws:iam::111122223333:role/readers'
    username: "reader:{{SessionName}}"
    groups: [viewers, 'audit']
    userid: 0123
# the end
`,
  // Anchors, aliases, folded text, and names of fields in another case.
  'by heart': `- &node
  roleARN: arn:aws:iam::111122223333:role/anchored
  username: system:node:{{EC2PrivateDNSName}}
  groups: &groups
  - system:bootstrappers
  - system:nodes
- rolearn: >-
    arn:aws:iam::111122223333:role/folded
  username: folded
  groups: *groups
`,
  'single sign-on': `- sso:
    permissionSetName: ViewOnly
    accountID: "012345678901"
  username: view
  groups:
  - viewers
`,
  empty: '',
  'empty, quoted': '""\n',
  'empty, as old tools left it': '``',
  'empty list': '[]\n',
  'only blank lines': '\n\n',
};
