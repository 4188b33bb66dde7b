import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type AwsCaller, createClient } from '../../../aws/clients.ts';
import { imagesOf } from '../../../aws/images.ts';
import type { Answer, NodeImage } from '../facts.ts';
import { ask } from './ask.ts';

/** Asks what the AMIs are that node groups name, by their ids or by SSM parameters. */
export function askNodeImages(
  caller: AwsCaller,
  amis: readonly string[],
): Promise<Answer<readonly NodeImage[]>> {
  return ask('ec2:DescribeImages', async () => {
    const ec2 = createClient(EC2Client, caller);
    const parameters = amis.filter((ami) => ami.startsWith('/'));
    const ids = await imagesOf(ec2, createClient(SSMClient, caller)).recommended(parameters);
    const wanted = amis.map((ami) => ({ ami, id: ami.startsWith('/') ? ids.get(ami) : ami }));
    const Values = wanted.flatMap(({ id }) => id ?? []);
    if (Values.length === 0) return wanted;
    // A filter, because EC2 answers a list of ids with an error when it lacks one of them.
    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({
        Filters: [{ Name: 'image-id', Values }],
        IncludeDeprecated: true,
      }),
    );
    return wanted.map((one) => {
      const image = Images.find(({ ImageId }) => ImageId === one.id);
      if (image === undefined) return one;
      const {
        Architecture = '',
        BlockDeviceMappings = [],
        RootDeviceName = '',
        State = '',
      } = image;
      const root = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName);
      const found = {
        state: State,
        architecture: Architecture,
        rootDevice: RootDeviceName,
        rootSize: root?.Ebs?.VolumeSize ?? 0,
      };
      return { ...one, found };
    });
  });
}
