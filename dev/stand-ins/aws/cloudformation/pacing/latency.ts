/** AWS's durations for one resource, in seconds. */
export interface Durations {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

const brief: Durations = { create: 5, update: 5, delete: 5 };

function taking(create: number, remove = 5, update = 10): Durations {
  return { create, update, delete: remove };
}

/**
 * Durations by resource type, from the request to CREATE_COMPLETE. From public logs of Terraform: a cluster takes 513 s
 * (DevopsArtFactory/terraform-provisioning#46; 402 to 608 s elsewhere), a NAT gateway 90 s
 * (learn-terraform-provision-eks-cluster#22), a VPC 13 s (steampipe-plugin-aws#571), a subnet with public addresses 10 s
 * (terraform-aws-eks#2203), the add-ons of a cluster without nodes 24 or 35 s in five logs. From public logs of
 * `cdk deploy`: a role 17 s (twice), an instance profile 132 s (twice; 120 s in hashicorp/terraform#15341), a function
 * 8 s, its permission 1 s, a rule with a function as its target 61 s, an Auto Scaling group without hooks 26 s. All
 * others are estimates.
 *
 * CloudFormation begins some dependent resources before a resource is complete, when its consistency check has begun
 * (https://aws.amazon.com/about-aws/whats-new/2024/03/aws-cloudformation-40-percent-faster-stack-creation/). Logs show
 * that for instance profiles both ways. The stand-in always waits, which is the slower way.
 */
const DURATIONS: Readonly<Record<string, Durations>> = {
  'AWS::EKS::Cluster': taking(513, 150, 180),
  'AWS::EKS::Addon': taking(35, 15, 30),
  'AWS::EKS::AccessEntry': taking(5),
  'AWS::EC2::NatGateway': taking(90, 60),
  'AWS::EC2::EIP': taking(15),
  'AWS::EC2::VPC': taking(13),
  'AWS::EC2::InternetGateway': taking(16),
  'AWS::EC2::Subnet': taking(10),
  'AWS::EC2::RouteTable': taking(11),
  'AWS::EC2::VPCEndpoint': taking(15, 15),
  'AWS::EC2::LaunchTemplate': taking(6),
  'AWS::IAM::Role': taking(17),
  'AWS::IAM::Policy': taking(15),
  'AWS::IAM::InstanceProfile': taking(132),
  'AWS::AutoScaling::AutoScalingGroup': taking(26, 120, 30),
  'AWS::Lambda::Function': taking(8),
  'AWS::Lambda::Permission': taking(2),
  'AWS::Events::Rule': taking(61, 60),
  'AWS::KMS::Key': taking(15, 15),
};

/** Seconds to work out a change set, and for a stack's own bookkeeping. Both are estimates. */
export const CHANGE_SET_SECONDS = 6;
export const STACK_SECONDS = 2;

export function durationsOf(type: string): Durations {
  return DURATIONS[type] ?? brief;
}
