import { parseXML } from '@aws-sdk/xml-builder';
import { type Caller, signedCall } from './signed-call.ts';

/** A network interface, as far as it matters to somebody who wants its subnet to be empty. */
export interface NetworkInterface {
  readonly id: string;
  readonly description: string;
  /** `available` when it is attached to nothing. */
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What it is attached to: an instance, or the service that holds it. */
  readonly attachedTo: string | undefined;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The few calls of EC2 that a clean-up needs. */
export interface Ec2 {
  interfacesIn(vpcId: string): Promise<readonly NetworkInterface[]>;
  securityGroupsIn(vpcId: string): Promise<readonly SecurityGroup[]>;
  /** The ids of everything that EC2 has with this tag, whatever its kind. */
  tagged(key: string, value: string): Promise<readonly string[]>;
  removeInterface(id: string): Promise<void>;
  removeSecurityGroup(id: string): Promise<void>;
}

/** A parsed element: text, or its children by name; `item`s are one or a list. */
type Xml = string | XmlElement;
interface XmlElement {
  readonly [tag: string]: Xml | readonly Xml[] | undefined;
}

const VERSION = '2016-11-15';

/** EC2 by its Query API. */
export function ec2Of(caller: Caller): Ec2 {
  return {
    async interfacesIn(vpcId) {
      const filters = { 'vpc-id': vpcId };
      return (await list(caller, 'DescribeNetworkInterfaces', 'networkInterfaceSet', filters)).map(
        toInterface,
      );
    },
    async securityGroupsIn(vpcId) {
      const filters = { 'vpc-id': vpcId };
      const found = await list(caller, 'DescribeSecurityGroups', 'securityGroupInfo', filters);
      return found.map((group) => ({
        id: textOf(group, 'groupId'),
        name: textOf(group, 'groupName'),
        tags: tagsOf(group),
      }));
    },
    async tagged(key, value) {
      const found = await list(caller, 'DescribeTags', 'tagSet', { key, value });
      return found.map((tag) => textOf(tag, 'resourceId'));
    },
    async removeInterface(id) {
      await call(caller, 'DeleteNetworkInterface', { NetworkInterfaceId: id });
    },
    async removeSecurityGroup(id) {
      await call(caller, 'DeleteSecurityGroup', { GroupId: id });
    },
  };
}

async function list(
  caller: Caller,
  action: string,
  set: string,
  filters: Readonly<Record<string, string>>,
): Promise<readonly XmlElement[]> {
  const parameters: Record<string, string> = { MaxResults: '1000' };
  Object.entries(filters).forEach(([name, value], index) => {
    parameters[`Filter.${index + 1}.Name`] = name;
    parameters[`Filter.${index + 1}.Value.1`] = value;
  });
  const found: XmlElement[] = [];
  for (;;) {
    const answer = await call(caller, action, parameters);
    found.push(...itemsOf(answer, set));
    const next = textOf(answer, 'nextToken');
    if (next === '') return found;
    parameters['NextToken'] = next;
  }
}

async function call(
  caller: Caller,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<XmlElement> {
  const text = await signedCall(caller, {
    service: 'ec2',
    operation: `EC2 ${action}`,
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action: action, Version: VERSION, ...parameters }).toString(),
  });
  const root = Object.values(parseXML(text) as XmlElement)[0];
  return elementOf(root);
}

function toInterface(found: XmlElement): NetworkInterface {
  const attachment = elementOf(found['attachment']);
  const holder = textOf(attachment, 'instanceId') || textOf(attachment, 'instanceOwnerId');
  return {
    id: textOf(found, 'networkInterfaceId'),
    description: textOf(found, 'description'),
    status: textOf(found, 'status'),
    tags: tagsOf(found),
    attachedTo: holder === '' ? undefined : holder,
  };
}

function tagsOf(element: XmlElement): Readonly<Record<string, string>> {
  return Object.fromEntries(
    itemsOf(element, 'tagSet').map((tag) => [textOf(tag, 'key'), textOf(tag, 'value')]),
  );
}

function itemsOf(element: XmlElement, set: string): readonly XmlElement[] {
  const item = elementOf(element[set])['item'];
  if (item === undefined) return [];
  return (Array.isArray(item) ? item : [item]).map(elementOf);
}

function elementOf(value: Xml | readonly Xml[] | undefined): XmlElement {
  return typeof value === 'object' && !Array.isArray(value) ? (value as XmlElement) : {};
}

function textOf(element: XmlElement, tag: string): string {
  const value = element[tag];
  return typeof value === 'string' ? value : '';
}
