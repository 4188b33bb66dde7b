import type { RouteTable } from '@aws-sdk/client-ec2';

/**
 * Which addresses each subnet has a local route for, by subnet id: those of its own route table, or of the main one
 * of its VPC.
 */
export function localRoutes(
  tables: readonly RouteTable[],
  subnets: readonly { readonly id: string; readonly vpcId: string }[],
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    subnets.map(({ id, vpcId }) => {
      const own = tables.find((table) => table.Associations?.some((each) => each.SubnetId === id));
      const main = tables.find(
        (table) => table.VpcId === vpcId && table.Associations?.some((each) => each.Main),
      );
      const routes = (own ?? main)?.Routes ?? [];
      const local = routes.filter(({ GatewayId }) => GatewayId === 'local');
      return [id, local.flatMap((route) => route.DestinationCidrBlock ?? [])] as const;
    }),
  );
}
