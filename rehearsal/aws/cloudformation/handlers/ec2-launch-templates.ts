import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  type RequestLaunchTemplateData,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { handler, type ResourceContext } from './handler.ts';
import { retagEc2, tagPairs } from './tags.ts';

interface LaunchTemplate {
  readonly LaunchTemplateName?: string;
  /** The template language uses the names and types of EC2's own request. */
  readonly LaunchTemplateData: RequestLaunchTemplateData;
  readonly VersionDescription?: string;
  readonly TagSpecifications?: readonly TagSpecification[];
}

const launchTemplate = handler<LaunchTemplate>({
  properties: [
    'LaunchTemplateName',
    'LaunchTemplateData',
    'VersionDescription',
    'TagSpecifications',
  ],
  async create(properties, context) {
    const { LaunchTemplate: made } = await context.clients.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: properties.LaunchTemplateName ?? context.name(128),
        LaunchTemplateData: properties.LaunchTemplateData,
        VersionDescription: properties.VersionDescription,
        TagSpecifications: ownTags(properties, context),
      }),
    );
    const id = made?.LaunchTemplateId ?? '';
    return { id, attributes: attributesOf(id, made?.LatestVersionNumber) };
  },
  async update({ id, tags }, { LaunchTemplateData, VersionDescription }, context) {
    const { LaunchTemplateVersion: made } = await context.clients.ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId: id,
        LaunchTemplateData,
        VersionDescription,
      }),
    );
    await retagEc2(id, tags, context);
    return attributesOf(id, made?.VersionNumber);
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id }));
  },
});

/** The tags of the launch template itself; those of instances are inside its data. */
function ownTags(properties: LaunchTemplate, { tags }: ResourceContext): TagSpecification[] {
  const own = (properties.TagSpecifications ?? [])
    .filter(({ ResourceType }) => ResourceType === 'launch-template')
    .flatMap(({ Tags }) => Tags ?? []);
  const kept = tagPairs(tags).filter(({ Key }) => !own.some((tag) => tag.Key === Key));
  return [{ ResourceType: 'launch-template', Tags: [...own, ...kept] }];
}

/** CloudFormation never moves the default version, so it stays the first. */
function attributesOf(id: string, latest = 1) {
  return {
    LaunchTemplateId: id,
    DefaultVersionNumber: '1',
    LatestVersionNumber: String(latest),
  };
}

export const launchTemplateHandlers = { 'AWS::EC2::LaunchTemplate': launchTemplate };
