import { type EC2Client, paginateDescribeImages } from '@aws-sdk/client-ec2';
import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';

/** An AMI, as EC2 describes it. */
export interface Image {
  readonly id: string;
  readonly name: string | undefined;
  /** When it was made in this region, in milliseconds since 1970. */
  readonly releasedAt: number | undefined;
}

/** What is asked about AMIs. Every call throws an Error named by AWS's error code. */
export interface Images {
  /** Those of the AMIs that EC2 still has. */
  describe(ids: readonly string[]): Promise<readonly Image[]>;
  /** The id of the AMI that each SSM parameter recommends, by the parameter's name. Unknown parameters are missing. */
  recommended(parameters: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** GetParameters takes so many names: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const MOST_NAMES = 10;

/** Asks EC2 about AMIs, and Systems Manager which ones are recommended. */
export function imagesOf(ec2: EC2Client, ssm: SSMClient): Images {
  return {
    async describe(ids) {
      if (ids.length === 0) return [];
      // A filter, because EC2 answers a list of ids with an error when it lacks one of them.
      const request = {
        Filters: [{ Name: 'image-id', Values: [...ids] }],
        IncludeDeprecated: true,
      };
      const pages = paginateDescribeImages({ client: ec2 }, request);
      const found = await Array.fromAsync(pages, ({ Images = [] }) => Images);
      return found.flat().map(({ CreationDate, ImageId = '', Name }) => ({
        id: ImageId,
        name: Name,
        releasedAt: CreationDate === undefined ? undefined : Date.parse(CreationDate),
      }));
    },
    async recommended(parameters) {
      const names = [...new Set(parameters)];
      const found = new Map<string, string>();
      for (let from = 0; from < names.length; from += MOST_NAMES) {
        const Names = names.slice(from, from + MOST_NAMES);
        const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names }));
        for (const { Name = '', Value = '' } of Parameters) found.set(Name, Value);
      }
      return found;
    },
  };
}
