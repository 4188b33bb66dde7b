import {
  type CloudFormationClient,
  DescribeChangeSetCommand,
  DescribeStackResourceCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { doesNotExist, isBeingDeleted } from './answers.ts';

/** Details of a stack that only a clean-up needs. */
export interface StackInsides {
  /** The physical id of a resource; undefined when it does not exist. */
  physicalId(stackId: string, logicalId: string): Promise<string | undefined>;
  /** The tags that the first change set of an empty stack would give it; undefined without a change set or stack. */
  plannedTags(stackId: string): Promise<Readonly<Record<string, string>> | undefined>;
}

/** Asks CloudFormation what is in stacks. */
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
        const alive = Summaries.find(({ Status }) => !isBeingDeleted(Status));
        const ChangeSetName = (alive ?? Summaries[0])?.ChangeSetId;
        if (ChangeSetName === undefined) return undefined;
        const { Tags = [] } = await client.send(new DescribeChangeSetCommand({ ChangeSetName }));
        return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      } catch (error) {
        // Another run's plan may be deleting its change set and the shell at this moment.
        if (doesNotExist(error)) return undefined;
        throw error;
      }
    },
  };
}
