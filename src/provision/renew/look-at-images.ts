import { saysDenied } from '../../aws/aws-error.ts';
import type { Stack } from '../../cloudformation/stack-api.ts';
import { messageOf } from '../../core/errors.ts';
import { addWarning } from '../report.ts';
import type { Session } from '../session.ts';
import { type GroupImages, imageAges, imageLines } from './image-age.ts';

/** The parameter of `cfn/nodegroup.yaml` that names the SSM parameter with the recommended AMI. */
const IMAGE_PARAMETER = 'NodeImageIdSSMParam';

/**
 * Reports how old the AMIs of the nodes of these stacks are. A role of the user's own may lack the permissions; then the
 * report says so.
 */
export async function lookAtImages(
  session: Session,
  stacks: readonly Stack[],
): Promise<readonly GroupImages[]> {
  try {
    const found = await readImages(session, stacks);
    for (const line of found.flatMap(imageLines)) session.log.info(line);
    session.report.images = found;
    session.report.outputs.images = found;
    return found;
  } catch (error) {
    if (!saysDenied(error)) throw error;
    addWarning(session, `The role may not see how old the AMIs are: ${messageOf(error)}`);
    return [];
  }
}

async function readImages(
  { rollout }: Session,
  stacks: readonly Stack[],
): Promise<readonly GroupImages[]> {
  const groups = stacks.flatMap(({ outputs, parameters }) => {
    // An AMI that is given by its id has no newer one.
    if (parameters['ImageId']) return [];
    const [group, parameter] = [outputs['AutoScalingGroupName'], parameters[IMAGE_PARAMETER]];
    return group === undefined || parameter === undefined ? [] : [{ group, parameter }];
  });
  if (groups.length === 0) return [];
  const [machines, recommended] = await Promise.all([
    Promise.all(groups.map(({ group }) => rollout.machines.describe(group))),
    rollout.images.recommended(groups.map(({ parameter }) => parameter)),
  ]);
  const inUse = machines.map((found) => found.flatMap(({ imageId }) => imageId ?? []));
  const ids = new Set([...inUse.flat(), ...recommended.values()]);
  const images = await rollout.images.describe([...ids]);
  return groups.map((group, index) =>
    imageAges(group, inUse[index] ?? [], recommended.get(group.parameter), images),
  );
}
