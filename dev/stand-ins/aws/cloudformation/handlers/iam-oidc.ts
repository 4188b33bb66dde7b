import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam';
import { handler } from './handler.ts';
import { type TagPair, tagPairs } from './tags.ts';

interface OidcProvider {
  readonly Url?: string;
  readonly ClientIdList?: readonly string[];
  readonly ThumbprintList?: readonly string[];
  readonly Tags?: readonly TagPair[];
}

/** moto requires a thumbprint, which IAM has determined by itself since 2024. */
const NO_THUMBPRINT = '0'.repeat(40);

const provider = handler<OidcProvider>({
  properties: ['Url', 'ClientIdList', 'ThumbprintList', 'Tags'],
  async create({ Url, ClientIdList = [], ThumbprintList = [NO_THUMBPRINT] }, { clients, tags }) {
    const { OpenIDConnectProviderArn: Arn = '' } = await clients.iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url,
        ClientIDList: [...ClientIdList],
        ThumbprintList: [...ThumbprintList],
        Tags: tagPairs(tags),
      }),
    );
    return { id: Arn, attributes: { Arn } };
  },
  async update({ id, properties: before, attributes }, after, { clients: { iam } }) {
    const [had, wanted] = [before.ClientIdList ?? [], after.ClientIdList ?? []];
    const provider = { OpenIDConnectProviderArn: id };
    for (const ClientID of wanted.filter((one) => !had.includes(one))) {
      await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...provider, ClientID }));
    }
    for (const ClientID of had.filter((one) => !wanted.includes(one))) {
      await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...provider, ClientID }));
    }
    return attributes;
  },
  async delete({ id }, { clients }) {
    const provider = { OpenIDConnectProviderArn: id };
    await clients.iam.send(new DeleteOpenIDConnectProviderCommand(provider));
  },
});

export const oidcProviderHandlers = { 'AWS::IAM::OIDCProvider': provider };
