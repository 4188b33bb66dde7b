import { parseDocument, visit } from 'yaml';
import type { Template } from './stack-api.ts';

/**
 * The most bytes of a template in a request:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export const TEMPLATE_BODY_LIMIT = 51_200;

/**
 * The text of a template as CloudFormation gets it: as it is in the pack when it fits into a request; otherwise without
 * comments and empty lines, and with narrow indentation. A template in a bucket may be longer, but every change set would
 * then need the bucket and the right to read it.
 *
 * @returns the same text for the same template, so that it can be compared with what a stack has
 */
export function templateBody({ text }: Template): string {
  if (Buffer.byteLength(text) <= TEMPLATE_BODY_LIMIT) return text;
  const body = bodies.get(text) ?? compact(text);
  bodies.set(text, body);
  return body;
}

/**
 * The bodies of long templates by their texts. A run asks several times for each of the pack's few templates, and making a
 * body takes a tenth of a second.
 */
const bodies = new Map<string, string>();

/** The same YAML in fewer bytes. Tags such as `!Ref` and the text of scripts stay as they are. */
function compact(text: string): string {
  const document = parseDocument(text, { logLevel: 'silent' });
  document.commentBefore = null;
  document.comment = null;
  visit(document, {
    Node(_, node) {
      node.commentBefore = null;
      node.comment = null;
      node.spaceBefore = false;
    },
  });
  return document.toString({
    indent: 1,
    indentSeq: false,
    lineWidth: 0,
    flowCollectionPadding: false,
  });
}
