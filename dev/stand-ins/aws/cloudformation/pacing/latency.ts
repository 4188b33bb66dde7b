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
 * Durations by resource type. From public logs: a cluster takes 513 s
 * (DevopsArtFactory/terraform-provisioning#46), a NAT gateway 90 s
 * (learn-terraform-provision-eks-cluster#22), a VPC 13 s (steampipe-plugin-aws#571), a subnet with public
 * addresses 10 s (terraform-aws-eks#2203), an instance profile 120 s (hashicorp/terraform#15341). All
 * others are estimates.
 */
const DURATIONS: Readonly<Record<string, Durations>> = {
  'AWS::EKS::Cluster': taking(513, 150, 180),
  'AWS::EKS::Addon': taking(30, 15, 30),
  'AWS::EKS::AccessEntry': taking(5),
  'AWS::EC2::NatGateway': taking(90, 60),
  'AWS::EC2::EIP': taking(15),
  'AWS::EC2::VPC': taking(13),
  'AWS::EC2::InternetGateway': taking(16),
  'AWS::EC2::Subnet': taking(10),
  'AWS::EC2::RouteTable': taking(11),
  'AWS::EC2::VPCEndpoint': taking(15, 15),
  'AWS::EC2::LaunchTemplate': taking(6),
  'AWS::IAM::Role': taking(15),
  'AWS::IAM::Policy': taking(15),
  'AWS::IAM::InstanceProfile': taking(120),
  'AWS::AutoScaling::AutoScalingGroup': taking(60, 120, 30),
  'AWS::Lambda::Function': taking(10),
  'AWS::Events::Rule': taking(60, 60),
  'AWS::KMS::Key': taking(15, 15),
};

/** Seconds to work out a change set, and for a stack's own bookkeeping. Both are estimates. */
export const CHANGE_SET_SECONDS = 6;
export const STACK_SECONDS = 2;

export function durationsOf(type: string): Durations {
  return DURATIONS[type] ?? brief;
}
