import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { packFile } from '../../github/pack-files.ts';
import type { CheckResult } from '../evaluate/check.ts';
import { html, jsonMarkup, Markup } from './markup.ts';
import { failureList, figures, tables } from './page-sections.ts';
import { judgePairs, PAIR_STATES, type PairState, STATE_LEGEND } from './pair-state.ts';
import type { Report, ReportedPair, ReportedPlace } from './report.ts';

/** The page's style and script, as they stand in `actions/verify/report`. */
export interface PageAssets {
  readonly css: string;
  readonly scripts: readonly string[];
}

/**
 * The report as one HTML page that needs nothing else. Its content security policy lets only its own style and
 * scripts in, by their hashes, and no connection out.
 */
export function reportPage(report: Report, { css, scripts }: PageAssets): string {
  const policy = [
    "default-src 'none'",
    `style-src ${hash(css)}`,
    `script-src ${scripts.map(hash).join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const title = `Connectivity of ${report.cluster}: ${report.result}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(css)}</style>
</head>
<body>
<a class="skip" href="#matrix">Skip to the matrix</a>
${header(report)}
<main>
${figures(report)}
${failureList(report)}
${matrixSection(report)}
${tables(report)}
</main>
${footer(report)}
<script type="application/json" id="report-data">${jsonMarkup(pageData(report))}</script>
${scripts.map((script) => html`<script>${new Markup(script)}</script>\n`)}</body>
</html>
`.text;
}

function header({
  result,
  cluster,
  namespace,
  layout,
  startedAt,
  durationSeconds,
}: Report): Markup {
  const when = `${startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return html`<header class="${result}"><div>
<p class="kicker">Multus connectivity report</p>
<h1>${cluster} <span class="verdict">${result === 'passed' ? '✓ passed' : '✕ failed'}</span></h1>
<p class="facts">namespace <b>${namespace}</b> · layout <b>${layout}</b> · <time datetime="${startedAt}">${when}</time> · took ${durationSeconds} s</p>
</div></header>`;
}

function matrixSection({ matrix, networks, nodes }: Report): Markup {
  if (matrix.length === 0) return new Markup('');
  const option = (value: string, words: string) => html`<option value="${value}">${words}</option>`;
  return html`<section id="matrix" aria-labelledby="matrix-title">
<h2 id="matrix-title">Who reaches whom</h2>
<form class="filters" aria-label="Filter the matrix">
<label>Network <select id="network">${option('', 'all pairs')}${networks.map(({ id }) => option(id, `within ${id}`))}${option('*', 'between networks')}</select></label>
<label>Node <select id="node">${option('', 'all nodes')}${nodes.map(({ name }) => option(name, name))}</select></label>
<label>Pod <input id="pod" type="search" autocomplete="off" spellcheck="false" placeholder="part of a name"></label>
<label class="toggle"><input id="failures" type="checkbox"> Failures only</label>
<label class="toggle"><input id="by-node" type="checkbox"> By node</label>
</form>
<div class="board">
<div class="map">
<p id="map-note" role="status"></p>
<div class="scroll" id="map"></div>
<ul id="legend" aria-label="Legend"></ul>
</div>
<aside id="details" aria-live="polite" aria-label="Details of the chosen pair"><p class="hint">Choose a cell to see what was sent, what came back, and what it means. Arrow keys move between cells, Enter chooses.</p></aside>
</div>
<noscript><p>The matrix needs JavaScript; everything else on this page does not.</p></noscript>
</section>`;
}

function footer({ sampling, schema }: Report): Markup {
  return html`<footer>${sampling.map((rule) => html`<p>${rule}</p>`)}
<p>Made by eks-multus-actions/verify from report.json (schema ${schema}), which has every check. This page loads nothing from anywhere.</p></footer>`;
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** What the page's scripts work on: the pairs, with places and failures by index so that nothing is said twice. */
export interface PageData {
  /** Worst first. */
  readonly states: readonly { readonly name: PairState; readonly words: string }[];
  readonly places: readonly PagePlace[];
  readonly pairs: readonly PagePair[];
  readonly failures: readonly PageFailure[];
}

export interface PagePlace extends ReportedPlace {
  readonly node: string;
  readonly zone: string;
}

export interface PagePair
  extends Pick<ReportedPair, 'scope' | 'expected' | 'because' | 'sent' | 'received' | 'attempts'> {
  readonly source: number;
  readonly target: number;
  readonly state: PairState;
  readonly milliseconds: ReportedPair['milliseconds'];
  readonly mtu: ReportedPair['mtu'];
  readonly megabitsPerSecond: number | null;
  readonly failures: readonly number[];
}

export type PageFailure = Pick<
  CheckResult,
  'check' | 'subject' | 'detail' | 'cause' | 'explanation' | 'nextStep'
>;

/** Makes the page's data from the report. */
export function pageData(report: Report): PageData {
  const pods = new Map(report.pods.map((pod) => [pod.name, pod]));
  const places = new Map<string, number>();
  const found: PagePlace[] = [];
  const failures = report.checks.filter(({ outcome }) => outcome === 'failed');
  const indexOf = new Map(failures.map((failure, index) => [failure, index]));
  const placeIndex = (place: ReportedPlace): number => {
    const key = `${place.pod} ${place.interface} ${place.address}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const pod = pods.get(place.pod);
    found.push({ ...place, node: pod?.node ?? 'no node', zone: pod?.zone ?? '' });
    places.set(key, found.length - 1);
    return found.length - 1;
  };
  const pairs = judgePairs(report).map(({ pair, state, failures: own }): PagePair => {
    const { scope, expected, because, sent, received, attempts } = pair;
    return {
      ...{ source: placeIndex(pair.source), target: placeIndex(pair.target), state },
      ...{ scope, expected, because, sent, received, attempts },
      ...{ milliseconds: pair.milliseconds, mtu: pair.mtu },
      megabitsPerSecond: pair.megabitsPerSecond,
      failures: own.flatMap((failure) => indexOf.get(failure) ?? []),
    };
  });
  const states = PAIR_STATES.map((name) => ({ name, words: STATE_LEGEND[name].words }));
  return {
    states,
    places: found,
    pairs,
    failures: failures.map(({ check, subject, detail, cause, explanation, nextStep }) => ({
      ...{ check, subject, detail },
      ...(cause === undefined ? {} : { cause }),
      ...(explanation === undefined ? {} : { explanation }),
      ...(nextStep === undefined ? {} : { nextStep }),
    })),
  };
}

const SCRIPTS = ['heat-map.js', 'details.js'];

/** Reads the page's style and scripts, which ship with the pack as they are written. */
export async function readPageAssets(): Promise<PageAssets> {
  const read = (name: string) => readFile(packFile('actions', 'verify', 'report', name), 'utf8');
  const [css, ...scripts] = await Promise.all([read('page.css'), ...SCRIPTS.map(read)]);
  return { css, scripts };
}
