import {
  type CloudFormationClient,
  DescribeChangeSetCommand,
  DescribeStackResourceCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { doesNotExist } from './sdk-stack-api.ts';

/** What a clean-up wants to know of a stack beside its status. */
export interface StackInsides {
  /** The id of the real thing behind a resource; undefined when there is none (any more). */
  physicalId(stackId: string, logicalId: string): Promise<string | undefined>;
  /** The tags that the first change set of an empty stack would give it; undefined when it has none, or is gone. */
  plannedTags(stackId: string): Promise<Readonly<Record<string, string>> | undefined>;
}

export function stackInsides(client: CloudFormationClient): StackInsides {
  return {
    async physicalId(StackName, LogicalResourceId) {
      try {
        const { StackResourceDetail: found } = await client.send(
          new DescribeStackResourceCommand({ StackName, LogicalResourceId }),
        );
        const gone = found?.ResourceStatus === 'DELETE_COMPLETE';
        return gone ? undefined : found?.PhysicalResourceId || undefined;
      } catch (error) {
        if (doesNotExist(error)) return undefined;
        throw error;
      }
    },
    async plannedTags(StackName) {
      try {
        const { Summaries = [] } = await client.send(new ListChangeSetsCommand({ StackName }));
        const ChangeSetName = Summaries[0]?.ChangeSetId;
        if (ChangeSetName === undefined) return undefined;
        const { Tags = [] } = await client.send(new DescribeChangeSetCommand({ ChangeSetName }));
        return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      } catch (error) {
        // A plan removes its change set and the shell of it, perhaps at this moment.
        if (doesNotExist(error)) return undefined;
        throw error;
      }
    },
  };
}
