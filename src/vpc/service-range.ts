/** The range of the cluster's Services that `cfn/infra.yaml` chooses, apart from the range of the VPC. */
export function serviceRangeFor(vpcCidr: string): string {
  return vpcCidr.startsWith('172.20.') ? '10.100.0.0/16' : '172.20.0.0/16';
}
