import { CHECKS } from '../evaluate/catalogue/catalogue.ts';
import type { CheckResult } from '../evaluate/check.ts';
import { probeSeconds, secondsText } from './check-time.ts';
import { html, Markup } from './markup.ts';
import { pairName, prefixRows } from './pair-state.ts';
import type { Report } from './report.ts';

const NOTHING = new Markup('');
/** The most failures of one cause on the page, and how many of them are visible at once. */
const MOST_OF_A_KIND = 50;
const SHOWN_OF_A_KIND = 3;

/** The numbers at the top of the page: checks by outcome, and how much was tested. */
export function figures({ counts, matrix, pods, nodes, networks }: Report): Markup {
  const tiles: readonly (readonly [string, number, string])[] = [
    ['failed', counts.failed, 'checks failed'],
    ['passed', counts.passed, 'checks passed'],
    ['skipped', counts.skipped, 'checks skipped'],
    ['', matrix.length, 'pairs'],
    ['', pods.length, 'pods'],
    ['', nodes.length, nodes.length === 1 ? 'node' : 'nodes'],
    ['', networks.length, networks.length === 1 ? 'network' : 'networks'],
  ];
  return html`<ul class="figures">${tiles.map(
    ([kind, value, words]) =>
      html`<li class="figure ${value > 0 ? kind : ''}"><strong>${value.toLocaleString('en')}</strong> ${words}</li>`,
  )}</ul>`;
}

/** The failures by cause, each with its meaning and the next step. */
export function failureList(report: Report): Markup {
  const failures = report.checks.filter(({ outcome }) => outcome === 'failed');
  if (failures.length === 0) return NOTHING;
  const pairs = new Map(report.matrix.map((pair, index) => [pairName(pair), index]));
  const kinds = [...Map.groupBy(failures, (one) => one.cause ?? one.check)].map(([cause, own]) => {
    const items = own
      .slice(0, MOST_OF_A_KIND)
      .map((failure, index) => failureItem(failure, pairs.get(failure.subject), index === 0));
    return html`<section class="kind"><h3>${causeTitle(cause)} <span class="count">${own.length}</span></h3>
${items.slice(0, SHOWN_OF_A_KIND)}${folded(items.slice(SHOWN_OF_A_KIND), own.length)}</section>
`;
  });
  return html`<section aria-labelledby="failures-title"><h2 id="failures-title">What is wrong</h2>
<div class="kinds">${kinds}</div></section>`;
}

function folded(items: readonly Markup[], all: number): Markup {
  if (items.length === 0) return NOTHING;
  const beyond = all - SHOWN_OF_A_KIND - items.length;
  const note = beyond > 0 ? html`<p class="note">${beyond} more are in report.json</p>` : NOTHING;
  return html`<details class="more"><summary>${items.length} more</summary>${items}${note}</details>`;
}

function failureItem(failure: CheckResult, pair: number | undefined, open: boolean): Markup {
  const { check, subject, detail, explanation = '', nextStep } = failure;
  const next = nextStep === undefined ? NOTHING : nextStepLine(nextStep);
  const show =
    pair === undefined
      ? NOTHING
      : html`<p><button type="button" class="show" data-pair="${pair}">Show in the matrix</button></p>`;
  return html`<details class="failure"${open ? new Markup(' open') : NOTHING}><summary><span class="subject">${subject}</span> <span class="check">${check}</span></summary>
<p class="seen">${detail}</p><p>${explanation}</p>${next}${show}</details>
`;
}

function nextStepLine(text: string): Markup {
  return html`<p class="next"><strong>Next step</strong> ${capitalised(text)}</p>`;
}

/** Tables of checks, networks, nodes with their prefixes, and pods with their routes. */
export function tables(report: Report): Markup {
  return html`${checkTable(report)}${networkTable(report)}${prefixTable(report)}${podTable(report)}`;
}

function checkTable({ checks }: Report): Markup {
  const byCheck = Map.groupBy(checks, ({ check }) => check);
  const rows = CHECKS.filter((name) => byCheck.has(name)).map((name) => {
    const own = byCheck.get(name) ?? [];
    const count = (outcome: string) => own.filter((check) => check.outcome === outcome).length;
    const counts = [count('passed'), count('failed'), count('skipped')].map(String);
    return [name, ...counts, secondsText(probeSeconds(own))];
  });
  return table('Checks', ['Check', 'Passed', 'Failed', 'Skipped', 'Time'], rows, [1, 2, 3, 4]);
}

function networkTable({ networks }: Report): Markup {
  const rows = networks.map(({ id, kind, subnets, ranges }) => [
    id,
    kind,
    subnets.join(', ') || 'allocated by each node',
    ranges.join(', '),
  ]);
  return table('Networks', ['Network', 'Kind', 'Subnets', 'Ranges'], rows);
}

function prefixTable(report: Report): Markup {
  const rows = prefixRows(report).map((row) => [
    row.node,
    row.zone ?? '',
    row.device,
    row.eni,
    row.status,
    row.primary,
    row.prefix ?? 'none',
    row.capacity === null
      ? String(row.addresses.length)
      : `${row.addresses.length} of ${row.capacity}`,
  ]);
  if (rows.length > 0) {
    const columns = ['Node', 'Zone', 'Device', 'ENI', 'Status', 'Primary', 'Prefix', 'Tested'];
    return table('Nodes and their prefixes', columns, rows, [7]);
  }
  const nodes = report.nodes.map(({ name, zone, untested }) => [name, zone ?? '', untested ?? '']);
  return table('Nodes', ['Node', 'Zone', 'Not tested because'], nodes);
}

function podTable({ pods }: Report): Markup {
  const rows = pods.map(
    ({
      name,
      node,
      ready,
      interfaces,
      routes,
    }) => html`<tr><th scope="row">${name}</th><td>${node ?? ''}</td><td>${ready ? 'Ready' : 'not Ready'}</td>
<td>${interfaces.map((one) => html`<div class="line">${one.name} <b>${one.address ?? 'no address'}</b> ${one.network}${one.mtu === null ? '' : `, MTU ${one.mtu}`}${one.state === null ? '' : `, ${one.state}`}</div>`)}</td>
<td>${routes === null ? 'not probed' : html`<details><summary>ip r</summary><pre>${routes}</pre></details>`}</td></tr>`,
  );
  return tableOf('Pods', ['Pod', 'Node', 'State', 'Interfaces', 'Routes'], rows, []);
}

function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): Markup {
  const lines = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((cell, index) =>
      numbers.includes(index + 1) ? html`<td class="number">${cell}</td>` : html`<td>${cell}</td>`,
    );
    return html`<tr><th scope="row">${first}</th>${cells}</tr>`;
  });
  return tableOf(title, columns, lines, numbers);
}

function tableOf(
  title: string,
  columns: readonly string[],
  rows: readonly Markup[],
  numbers: readonly number[],
): Markup {
  if (rows.length === 0) return NOTHING;
  const heads = columns.map((column, index) =>
    numbers.includes(index)
      ? html`<th scope="col" class="number">${column}</th>`
      : html`<th scope="col">${column}</th>`,
  );
  return html`<section><h2>${title}</h2><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="list"><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div></section>
`;
}

/** A cause as a heading: `one-way` becomes `One way`. */
function causeTitle(cause: string): string {
  return cause === 'mtu' ? 'MTU' : capitalised(cause.replaceAll('-', ' '));
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
