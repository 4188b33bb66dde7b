import { type CheckResult, failed, passed, type Reason, skipped } from './check.ts';
import type { NodeObservation } from './observation.ts';

/** Can pods with secondary networks run on the node: is it Ready, and Multus on it? */
export function checkNode(node: NodeObservation): CheckResult {
  const question = { check: 'node-ready', subject: node.name } as const;
  if (node.leftOut !== undefined) return skipped(question, node.leftOut);
  if (node.trouble === undefined) return passed(question, 'Ready, with Multus');
  return failed(question, node.trouble.text, REASONS[node.trouble.kind]);
}

const REASONS = {
  'not-ready': {
    cause: 'node-not-ready',
    explanation: 'The kubelet of the node does not say that it is Ready, so nothing runs there.',
    nextStep: 'look at the conditions of the node and at its instance',
  },
  'multus-down': {
    cause: 'multus-down',
    explanation:
      'Multus does not run on the node: pods there get no secondary interfaces, or are not started at all.',
    nextStep:
      'look at the pod of kube-multus-ds on the node and at its log; run configure-multus again when it is missing',
  },
} as const satisfies Record<string, Reason>;
