import type { Stack } from '../cloudformation/stack-api.ts';
import { reasonOf } from '../kubernetes/api-error.ts';
import { releaseCloudResources } from '../kubernetes/release-cloud-resources.ts';
import type { Session } from './run.ts';

/** How long the cluster's controllers get to let go of load balancers and volumes. */
const PATIENCE_MS = 5 * 60_000;

/**
 * Has the cluster give back the load balancers and volumes of its workloads, while it still has nodes that can.
 * A cluster that does not answer or does not let us in is no reason not to destroy it: what it may leave behind
 * is then found, or named, by the sweep.
 */
export async function releaseWorkloads(session: Session, infra: Stack | undefined): Promise<void> {
  const endpoint = infra?.outputs['ClusterEndpoint'];
  const certificateAuthority = infra?.outputs['ClusterCertificateAuthority'];
  if (endpoint === undefined || certificateAuthority === undefined) return;
  const { clock, engine, log, inputs, cleanUp } = session;
  const deadline = Math.min(clock.now() + PATIENCE_MS, engine.deadline);
  try {
    const cluster = { name: inputs.environment, endpoint, certificateAuthority };
    const api = cleanUp.kubernetes(cluster);
    const { removed, left } = await releaseCloudResources(api, { log, clock, deadline });
    if (removed.length > 0) session.report.notes.push(`Removed first: ${removed.join(', ')}.`);
    if (left.length > 0) warn(`These may stay in AWS when the cluster is gone: ${left.join(', ')}`);
  } catch (error) {
    log.info(`Load balancers and volumes of workloads are not looked for: ${reasonOf(error)}`);
  }

  function warn(text: string) {
    log.warn(text);
    session.report.notes.push(text);
  }
}
