import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  type RequestLaunchTemplateData,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { handler } from '../handler.ts';

interface LaunchTemplate {
  readonly LaunchTemplateName?: string;
  /** Templates use the names and types of EC2's own request. */
  readonly LaunchTemplateData: RequestLaunchTemplateData;
  readonly VersionDescription?: string;
  /** The tags of the launch template itself, set at creation. Those of instances are in its data. */
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
        TagSpecifications: [...(properties.TagSpecifications ?? [])],
      }),
    );
    const id = made?.LaunchTemplateId ?? '';
    return { id, attributes: attributesOf(id, made?.LatestVersionNumber) };
  },
  async update({ id }, { LaunchTemplateData, VersionDescription }, context) {
    const { LaunchTemplateVersion: made } = await context.clients.ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId: id,
        LaunchTemplateData,
        VersionDescription,
      }),
    );
    return attributesOf(id, made?.VersionNumber);
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id }));
  },
});

/** CloudFormation never changes the default version, so it stays the first. */
function attributesOf(id: string, latest = 1) {
  return {
    LaunchTemplateId: id,
    DefaultVersionNumber: '1',
    LatestVersionNumber: String(latest),
  };
}

export const launchTemplateHandlers = { 'AWS::EC2::LaunchTemplate': launchTemplate };
