import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isScalar, parseDocument } from 'yaml';
import { CHECKOUT } from './checkout.ts';

const FOLDER = join(CHECKOUT, 'cfn', 'node-boot');
const TEMPLATE = join(CHECKOUT, 'cfn', 'nodegroup.yaml');
/** Where the template has the script: in the second part that its user data joins. */
const PLACE = [
  'Resources',
  'LaunchTemplate',
  'Properties',
  'LaunchTemplateData',
  'UserData',
  'Fn::Base64',
  'Fn::Join',
  1,
  1,
];

/** Lines of the boot script that stand for a program of the folder. */
const PROGRAMS = ['eni-prefix', 'eni-guard', 'spot-drain'];

/**
 * The end of the user data: the boot script with the other programs inside, and the closing boundary. The template
 * itself has the script's first line, because the values of the parameters follow it. User data has a limit, so nodes
 * get the programs without their comments, and with half of their indentation.
 */
function bootScriptPart(): string {
  const script = PROGRAMS.reduce(
    (text, name) => {
      const line = new RegExp(`^@${name}@\\n`, 'm');
      if (!line.test(text)) throw new Error(`multus-interfaces.sh has no line @${name}@`);
      return text.replace(line, () => readFileSync(join(FOLDER, name), 'utf8'));
    },
    readFileSync(join(FOLDER, 'multus-interfaces.sh'), 'utf8'),
  );
  const short = script
    .replace(/^#!.*\n/, '')
    .replaceAll(/^ *#(?!!).*\n/gm, '')
    .replaceAll(/^ +/gm, (indent) => ' '.repeat(indent.length / 2));
  return `# Comments: cfn/node-boot of eks-multus-actions\n${short}\n--NODE--\n`;
}

/** The text of nodegroup.yaml with the programs of node-boot/. Everything else in it stays as it is. */
export function withBootScript(template: string): string {
  const node = parseDocument(template, { logLevel: 'error' }).getIn(PLACE, true);
  if (!isScalar(node) || !node.range) throw new Error('nodegroup.yaml has no boot script');
  const [start, end] = node.range;
  const indent = ' '.repeat(indentOf(template, start));
  const lines = bootScriptPart()
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : indent + line));
  return `${template.slice(0, start)}|\n${lines.join('\n')}\n${template.slice(end)}`;
}

/** A block scalar's lines stand two columns to the right of its dash. */
function indentOf(template: string, start: number): number {
  const line = template.slice(template.lastIndexOf('\n', start) + 1, start);
  return line.indexOf('-') + 2;
}

/** Whether nodegroup.yaml has the programs of node-boot/. */
export function bootScriptIsCurrent(): boolean {
  const template = readFileSync(TEMPLATE, 'utf8');
  return withBootScript(template) === template;
}

/** Puts the programs of node-boot/ into nodegroup.yaml. */
export function writeBootScript(): void {
  writeFileSync(TEMPLATE, withBootScript(readFileSync(TEMPLATE, 'utf8')));
}
