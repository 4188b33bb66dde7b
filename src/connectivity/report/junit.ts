import { XmlNode, XmlText } from '@aws-sdk/xml-builder';
import { CHECKS } from '../evaluate/catalogue/catalogue.ts';
import { type CheckResult, countOutcomes } from '../evaluate/check.ts';
import { probeSeconds } from './check-time.ts';
import type { Report } from './report.ts';

/**
 * The report as JUnit XML, in the form that test reporters agree on: a suite for each check, a case for each
 * subject. Characters that XML does not allow are left out.
 */
export function junitXml(report: Report): string {
  const byCheck = Map.groupBy(report.checks, ({ check }) => check);
  const root = counted(new XmlNode('testsuites'), 'multus connectivity', report.checks);
  root.addAttribute('time', report.durationSeconds);
  const suites = CHECKS.flatMap((check) => {
    const own = byCheck.get(check);
    return own === undefined ? [] : [suite(check, own, report)];
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${opened(root)}${suites.join('')}</testsuites>\n`;
}

/** Each case becomes text before the next one is made: nodes take several times the memory of their text. */
function suite(name: string, checks: readonly CheckResult[], report: Report): string {
  const node = counted(new XmlNode('testsuite'), name, checks);
  // Readers of JUnit expect a time without a zone. UTC is the same on all machines.
  node.addAttribute('timestamp', report.startedAt.replace(/\.\d+Z$/, ''));
  node.addAttribute('hostname', printable(report.cluster));
  node.addAttribute('time', probeSeconds(checks));
  const cases = checks.map((check) => String(testCase(check, report)));
  return `${opened(node)}${cases.join('')}</testsuite>`;
}

/** The opening tag of an element without children. */
function opened(node: XmlNode): string {
  return String(node).replace(/\/>$/, '>');
}

function testCase(check: CheckResult, { namespace, layout }: Report): XmlNode {
  const node = new XmlNode('testcase')
    .addAttribute('name', printable(check.subject))
    .addAttribute('classname', `${namespace}.${layout}.${check.check}`)
    .addAttribute('time', probeSeconds([check]));
  const { outcome, detail, cause, explanation, nextStep } = check;
  if (outcome === 'skipped') {
    node.addChildNode(new XmlNode('skipped').addAttribute('message', printable(detail)));
  }
  if (outcome === 'failed') {
    const text = [detail, explanation, nextStep === undefined ? undefined : `To do: ${nextStep}`];
    node.addChildNode(
      new XmlNode('failure', [new XmlText(printable(text.filter(Boolean).join('\n')))])
        .addAttribute('message', printable(detail))
        .addAttribute('type', cause ?? check.check),
    );
  }
  return node;
}

function counted(node: XmlNode, name: string, checks: readonly CheckResult[]): XmlNode {
  const { failed, skipped } = countOutcomes(checks);
  return node
    .addAttribute('name', name)
    .addAttribute('tests', checks.length)
    .addAttribute('failures', failed)
    .addAttribute('skipped', skipped)
    .addAttribute('errors', 0);
}

/** Removes characters that XML 1.0 does not allow (section 2.2: Char), and lone surrogates. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern removes them
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
}
