import { labelText, MOST_TAGS, type NodeExtras, taintsText } from './extra-fields.ts';

/**
 * The parameters of `cfn/nodegroup.yaml` for what a node group says of its machines. Pure.
 *
 * @param recommended the public SSM parameter with the AMI that EKS recommends
 */
export function extraParameters(
  extras: NodeExtras,
  recommended: string,
): Readonly<Record<string, string>> {
  const { ami } = extras;
  const tags = Object.entries(extras.tags).map(([name, value]) => `${name}=${value}`);
  const places = Array.from({ length: MOST_TAGS }, (_, index) => index);
  return {
    // The template looks a parameter up in any case.
    NodeImageIdSSMParam: isParameter(ami) ? ami : recommended,
    ImageId: ami === undefined || isParameter(ami) ? '' : ami,
    OwnImage: String(ami !== undefined && !ami.startsWith('/aws/service/eks/')),
    VolumeType: extras.volumeType,
    VolumeKeyArn: extras.volumeKey ?? '',
    PlacementGroup: extras.placementGroup ?? '',
    DetailedMonitoring: String(extras.detailedMonitoring),
    NodeLabels: labelText(extras.labels),
    NodeTaints: taintsText(extras.taints),
    UserDataPart: extras.userData ?? '',
    ...Object.fromEntries(places.map((place) => [`Tag${place + 1}`, tags[place] ?? ''])),
  };
}

function isParameter(ami: string | undefined): ami is string {
  return ami?.startsWith('/') ?? false;
}

/**
 * The AMI of new nodes, by what a stack was given and what CloudFormation looked up. Undefined when nobody knows. Pure.
 */
export function imageOfStack(stack: {
  readonly parameters: Readonly<Record<string, string>>;
  readonly lookedUp: Readonly<Record<string, string>>;
}): string | undefined {
  return stack.parameters['ImageId'] || stack.lookedUp['NodeImageIdSSMParam'];
}
