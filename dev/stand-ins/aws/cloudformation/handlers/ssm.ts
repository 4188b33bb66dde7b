import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  type ParameterType,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-ssm';
import { handler, type ResourceContext } from './handler.ts';
import { tagChanges, tagPairs } from './tags.ts';

interface Parameter {
  readonly Name?: string;
  readonly Type: ParameterType;
  readonly Value: string;
  readonly Description?: string;
}

/**
 * The calls are those of the handler that AWS has published: one PutParameter with all tags makes a parameter and overwrites
 * none, an update overwrites it and then sets the tags by themselves, and each reads what it has made
 * (https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ssm).
 */
const parameter = handler<Parameter>({
  properties: ['Name', 'Type', 'Value', 'Description'],
  async create(properties, context) {
    const Name = properties.Name ?? context.name(1011);
    await context.clients.ssm.send(
      new PutParameterCommand({
        ...properties,
        Name,
        Overwrite: false,
        Tags: tagPairs(context.tags),
      }),
    );
    context.initiated(Name, properties as never);
    return { id: Name, attributes: await read(Name, context) };
  },
  async update({ id: Name }, after, context) {
    const { ssm } = context.clients;
    await ssm.send(new PutParameterCommand({ ...after, Name, Overwrite: true }));
    const resource = { ResourceType: 'Parameter', ResourceId: Name } as const;
    const { TagList = [] } = await ssm.send(new ListTagsForResourceCommand(resource));
    const before = Object.fromEntries(TagList.map(({ Key = '', Value = '' }) => [Key, Value]));
    const { set, removed } = tagChanges(before, context.tags);
    if (removed.length > 0) {
      await ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: [...removed] }));
    }
    if (Object.keys(set).length > 0) {
      await ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: tagPairs(set) }));
    }
    return read(Name, context);
  },
  async delete({ id: Name }, { clients }) {
    await clients.ssm.send(new DeleteParameterCommand({ Name }));
  },
});

/** The attributes of a parameter. */
async function read(name: string, { clients: { ssm } }: ResourceContext) {
  const found = await ssm.send(new GetParametersCommand({ Names: [name] }));
  const [{ Type = '', Value = '' } = {}] = found.Parameters ?? [];
  return { Type, Value };
}

export const ssmHandlers = { 'AWS::SSM::Parameter': parameter };
