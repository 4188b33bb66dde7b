import type { Environment } from '../../../src/environment/environment.ts';
import type { Attachment } from '../../../src/networks/attachment.ts';
import { networkSpecsSchema } from '../../../src/networks/network-spec.ts';
import { planAttachments } from '../../../src/networks/plan-attachments.ts';
import { labEnvironment } from './lab-environment.ts';

/** The networks that a list in short form (or with `raw`) makes, in the lab's environment unless told otherwise. */
export function attachmentsOf(
  list: readonly object[],
  environment: Environment | undefined = labEnvironment(),
): readonly Attachment[] {
  const plan = planAttachments(networkSpecsSchema.parse(list), environment, 'default');
  if ('problems' in plan) throw new Error(JSON.stringify(plan.problems));
  return plan.attachments;
}
