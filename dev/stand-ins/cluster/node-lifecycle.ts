import { run } from '../../tools/process.ts';
import { coalesce } from '../vpc/coalesce.ts';
import { type Ec2State, exists } from '../vpc/ec2-state.ts';

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly providerID?: string };
  }[];
}

/**
 * Removes nodes whose instances have ended, as the cloud controller of EKS does. `reconcile` looks for
 * instances that have ended since its last run, and only then calls the clusters.
 */
export function createNodeLifecycle(options: {
  /** Path of kubectl. */
  readonly kubectl: string;
  readonly readState: () => Promise<Ec2State>;
  /** Paths of administrators' kubeconfigs, one per cluster. */
  readonly kubeconfigs: () => readonly string[];
}): { reconcile(): Promise<void> } {
  const seen = new Set<string>();
  return {
    reconcile: coalesce(async () => {
      const { instances } = await options.readState();
      const ended = instances.filter((each) => !exists(each) && !seen.has(each.id));
      if (ended.length === 0) return;
      const ids = ended.map(({ id }) => id);
      for (const kubeconfig of options.kubeconfigs()) {
        await removeNodes(options.kubectl, kubeconfig, ids);
      }
      for (const id of ids) seen.add(id);
    }),
  };
}

async function removeNodes(
  program: string,
  kubeconfig: string,
  instanceIds: readonly string[],
): Promise<void> {
  const kubectl = (...args: readonly string[]) =>
    run(program, ['--kubeconfig', kubeconfig, '--request-timeout=10s', ...args]);
  const nodes = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as NodeList;
  const gone = nodes.items.filter(({ spec }) =>
    instanceIds.some((id) => spec.providerID?.endsWith(`/${id}`)),
  );
  if (gone.length === 0) return;
  await kubectl('delete', 'node', '--wait=false', ...gone.map(({ metadata }) => metadata.name));
}
