import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { packFile } from '../../core/pack-files.ts';
import { html, jsonMarkup, Markup } from './markup.ts';
import { pageData } from './page-data.ts';
import { failureList, figures, tables } from './page-sections.ts';
import type { Report } from './report.ts';

/** The style and the script of the page. */
export interface PageAssets {
  readonly css: string;
  /** An ES module without imports. */
  readonly script: string;
}

/** Reads the style and the script of the page, which the build makes from `src/connectivity/report/page`. */
export async function readPageAssets(): Promise<PageAssets> {
  const read = (name: string) => readFile(packFile('actions', 'verify', 'dist', name), 'utf8');
  const [css, script] = await Promise.all([read('page.css'), read('page.js')]);
  return { css, script };
}

/**
 * The report as one HTML page that needs nothing else. Its content security policy lets only its own style and
 * script in, by their hashes, and no connection out.
 */
export function reportPage(report: Report, { css, script }: PageAssets): string {
  const policy = [
    "default-src 'none'",
    `style-src ${hash(css)}`,
    `script-src ${hash(script)}`,
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
<script type="module">${new Markup(script)}</script>
</body>
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
<form class="filters" id="filters" aria-label="Filter the matrix">
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
