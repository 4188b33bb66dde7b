import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
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
 * get the programs without their comments and with half of their indentation, and compressed, but for what holds the kubelet.
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
    .replaceAll(/^ *#(?![!@]).*\n/gm, '')
    .replaceAll(/^ +/gm, (indent) => ' '.repeat(indent.length / 2))
    .replaceAll(/^#@pack (.*)\n([\s\S]*?)^#@packed\n/gm, (_, what: string, part: string) =>
      pack(what, part),
    );
  return `# Comments: cfn/node-boot of eks-multus-actions\n${short}\n--NODE--\n`;
}

/** A part of a shell script as a command that runs it, below a comment. It has no text of the script that a shell would see before. */
function pack(what: string, part: string): string {
  const lines =
    gzipSync(part, { level: 9 })
      .toString('base64')
      .match(/.{1,120}/g) ?? [];
  const comment = `# packed: ${what}; base64 -d | gunzip shows it`;
  return `${comment}\neval "$(base64 -d <<'PACKED' | gunzip\n${lines.join('\n')}\nPACKED\n)"\n`;
}

/** A text with its packed parts as they were. Lines may be indented, as in the template. */
export function unpacked(text: string): string {
  return text.replaceAll(
    /^ *# packed: .*\n *eval "\$\(base64 -d <<'PACKED' \| gunzip\n([\w+/=\s]+?)^ *PACKED\n *\)"\n/gm,
    (_, base64: string) => gunzipSync(Buffer.from(base64, 'base64')).toString(),
  );
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

/** Whether nodegroup.yaml has the programs of node-boot/. Not every zlib packs a text into the same bytes. */
export function bootScriptIsCurrent(): boolean {
  const template = readFileSync(TEMPLATE, 'utf8');
  return unpacked(withBootScript(template)) === unpacked(template);
}

/** Puts the programs of node-boot/ into nodegroup.yaml. */
export function writeBootScript(): void {
  if (bootScriptIsCurrent()) return;
  writeFileSync(TEMPLATE, withBootScript(readFileSync(TEMPLATE, 'utf8')));
}
