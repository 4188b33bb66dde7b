/** A service of AWS that nodes call. */
export interface NodeService {
  /** The end of its name among the services that have VPC endpoints: `ecr.api` in `com.amazonaws.us-east-1.ecr.api`. */
  readonly service: string;
  /** What calls it, and what does not work without it. */
  readonly caller: string;
}

/** What decides which services nodes call. */
export interface NodeSettings {
  readonly vpcCniRights: 'pod-identity' | 'node-role';
  readonly sessionManager: boolean;
}

/**
 * The services that nodes call, all by interface endpoints but for `S3`. Nodes call neither EKS nor STS: their configuration names the
 * cluster, and the kubelet signs its token by itself. Pods with IAM roles for service accounts call STS; the pack has none.
 *
 * Sources: awslabs/amazon-eks-ami@81fec2e nodeadm/internal/api/status.go (nodeadm asks EC2 for the node's name, for ten minutes),
 * https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html (EC2, ECR, S3, EKS Auth with Pod Identity),
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html (both endpoints of ECR),
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html (Session Manager).
 */
export function nodeServices({
  vpcCniRights,
  sessionManager,
}: NodeSettings): readonly NodeService[] {
  return [
    {
      service: 'ec2',
      caller: 'nodeadm, before a node joins, and the VPC CNI for addresses of pods',
    },
    { service: 'ecr.api', caller: 'the kubelet, for a token of the registry' },
    { service: 'ecr.dkr', caller: 'containerd, for images' },
    ...(vpcCniRights === 'pod-identity'
      ? [{ service: 'eks-auth', caller: 'the VPC CNI, for its credentials (vpc-cni-rights)' }]
      : []),
    ...(sessionManager
      ? ['ssm', 'ssmmessages'].map((service) => ({
          service,
          caller: 'the agent of Session Manager (session-manager)',
        }))
      : []),
  ];
}

/** The layers of images come from S3, by a gateway endpoint, which is free of charge, or an interface endpoint. */
export const S3: NodeService = { service: 's3', caller: 'containerd, for the layers of images' };
