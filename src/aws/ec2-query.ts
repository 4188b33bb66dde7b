import { parseXML } from '@aws-sdk/xml-builder';
import { type Caller, signedCall } from './signed-call.ts';

/** A parsed element: text, or its children by name; `item`s are one or a list. */
type Xml = string | XmlElement;
export interface XmlElement {
  readonly [tag: string]: Xml | readonly Xml[] | undefined;
}

/** By their names in EC2's API; an interface must match all of them, and one value of each. */
export type Filters = Readonly<Record<string, string | readonly string[]>>;

const VERSION = '2016-11-15';

/** All that an EC2 action of the Describe kind lists in `set`, page after page. */
export async function listOf(
  caller: Caller,
  action: string,
  set: string,
  filters: Filters,
): Promise<readonly XmlElement[]> {
  const parameters: Record<string, string> = { MaxResults: '1000' };
  Object.entries(filters).forEach(([name, values], index) => {
    parameters[`Filter.${index + 1}.Name`] = name;
    [values].flat().forEach((value, position) => {
      parameters[`Filter.${index + 1}.Value.${position + 1}`] = value;
    });
  });
  const found: XmlElement[] = [];
  for (;;) {
    const answer = await ec2Call(caller, action, parameters);
    found.push(...itemsOf(answer, set));
    const next = textOf(answer, 'nextToken');
    if (next === '') return found;
    parameters['NextToken'] = next;
  }
}

/** One EC2 action by its Query API: the element that is its answer. */
export async function ec2Call(
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

export function tagsOf(element: XmlElement): Readonly<Record<string, string>> {
  return Object.fromEntries(
    itemsOf(element, 'tagSet').map((tag) => [textOf(tag, 'key'), textOf(tag, 'value')]),
  );
}

export function itemsOf(element: XmlElement, set: string): readonly XmlElement[] {
  const item = elementOf(element[set])['item'];
  if (item === undefined) return [];
  return (Array.isArray(item) ? item : [item]).map(elementOf);
}

export function elementOf(value: Xml | readonly Xml[] | undefined): XmlElement {
  return typeof value === 'object' && !Array.isArray(value) ? (value as XmlElement) : {};
}

export function textOf(element: XmlElement, tag: string): string {
  const value = element[tag];
  return typeof value === 'string' ? value : '';
}
