import { z } from 'zod';
import type { StatusEntry } from './observation.ts';

export const NETWORKS_ANNOTATION = 'k8s.v1.cni.cncf.io/networks';
export const STATUS_ANNOTATION = 'k8s.v1.cni.cncf.io/network-status';

const statusSchema = z.array(
  z.object({
    name: z.string(),
    interface: z.string().default(''),
    ips: z.array(z.string()).default([]),
  }),
);

/** Reads the annotation that Multus writes. Undefined when it is missing or not what Multus writes. */
export function parseNetworkStatus(annotation: string | undefined): StatusEntry[] | undefined {
  if (annotation === undefined) return undefined;
  try {
    return statusSchema.parse(JSON.parse(annotation)).map((entry) => ({
      network: entry.name,
      interface: entry.interface,
      addresses: entry.ips,
    }));
  } catch {
    return undefined;
  }
}
