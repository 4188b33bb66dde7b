import type { RouteTable } from '@aws-sdk/client-ec2';

/** The route table of a subnet: its own, or the main one of its VPC. */
export function tableOf(
  tables: readonly RouteTable[],
  { id, vpcId }: { readonly id: string; readonly vpcId: string },
): RouteTable | undefined {
  const own = tables.find((table) => table.Associations?.some((each) => each.SubnetId === id));
  const main = tables.find(
    (table) => table.VpcId === vpcId && table.Associations?.some((each) => each.Main),
  );
  return own ?? main;
}

/**
 * The destinations of each subnet's local routes, by subnet id: from its own route table, or from the main one
 * of its VPC.
 */
export function localRoutes(
  tables: readonly RouteTable[],
  subnets: readonly { readonly id: string; readonly vpcId: string }[],
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    subnets.map((subnet) => {
      const routes = tableOf(tables, subnet)?.Routes ?? [];
      const local = routes.filter(({ GatewayId }) => GatewayId === 'local');
      return [subnet.id, local.flatMap((route) => route.DestinationCidrBlock ?? [])] as const;
    }),
  );
}
