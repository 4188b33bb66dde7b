import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** Whether a pod has the condition Ready. */
export function isReady({ status }: V1Pod): boolean {
  return (
    status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  );
}

export interface PodTrouble {
  /** In one line: `pod kube-multus-ds-x7k on ip-10-0-2-11: ImagePullBackOff: …`. */
  readonly text: string;
  /** True when waiting cannot help. */
  readonly hopeless: boolean;
}

const HOPELESS: ReadonlySet<string> = new Set(['InvalidImageName', 'ErrImageNeverPull']);
/** Reasons of a pod that is starting normally. */
const NORMAL: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Why a pod does not run. Undefined when its status gives no reason. */
export function podTrouble(pod: V1Pod): PodTrouble | undefined {
  const place = pod.spec?.nodeName === undefined ? '' : ` on ${pod.spec.nodeName}`;
  const prefix = `pod ${pod.metadata?.name ?? ''}${place}`;
  const unplaced = unschedulable(pod);
  if (unplaced !== undefined) return { text: `${prefix}: ${unplaced}`, hopeless: false };
  const statuses = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  for (const status of statuses) {
    const trouble = containerTrouble(status);
    if (trouble !== undefined) {
      return {
        text: `${prefix}: container ${status.name}: ${trouble}`,
        hopeless: HOPELESS.has(status.state?.waiting?.reason ?? ''),
      };
    }
  }
  return undefined;
}

function unschedulable(pod: V1Pod): string | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition === undefined || condition.status !== 'False') return undefined;
  return `${condition.reason ?? 'not scheduled'}: ${condition.message ?? ''}`;
}

function containerTrouble(status: V1ContainerStatus): string | undefined {
  const { state, lastState } = status;
  const { waiting } = state ?? {};
  if (waiting?.reason !== undefined && !NORMAL.has(waiting.reason)) {
    return [`${waiting.reason}: ${waiting.message ?? ''}`, ending(lastState?.terminated)].join('');
  }
  if (state?.running !== undefined && status.started === false) {
    return 'it runs, but its startup probe has not passed yet';
  }
  const { terminated } = state ?? {};
  return terminated === undefined || terminated.exitCode === 0
    ? undefined
    : ending(terminated).trim();
}

function ending(terminated: { exitCode: number; reason?: string; message?: string } | undefined) {
  if (terminated === undefined) return '';
  const words = terminated.message?.trim().split('\n').at(-1) ?? '';
  const how = `${terminated.reason ?? 'ended'} with exit code ${terminated.exitCode}`;
  return ` last: ${how}${words === '' ? '' : `: ${words}`}`;
}
