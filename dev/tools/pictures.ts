import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { type BrowserContext, chromium } from 'playwright-core';
import { CHECKOUT } from './checkout.ts';
import { findBrowser } from './install/probe.ts';

/** The pictures of the README, and the part of the logs of the newcomer's walk that each shows. */
const PICTURES = {
  summary: (logs: string) =>
    page(from(read(logs, 'workflow-newcomer-deploy-summary.md'), '## Connectivity')),
  report: (logs: string) => reportOf(join(logs, 'artifacts', 'newcomer-deploy')),
  comment: (logs: string) => page(read(logs, 'newcomer-comment.md')),
} as const;

const FOLDER = join(CHECKOUT, 'docs', 'pictures');
const SIZE = { width: 900, height: 560 };
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'];

function read(...path: readonly string[]): string {
  return readFileSync(join(...path), 'utf8');
}

/** The part of a summary that begins with a heading. */
function from(text: string, heading: string): string {
  const start = text.indexOf(heading);
  if (start < 0) throw new Error(`the summary has no heading ${heading}`);
  return text.slice(start);
}

/** Markdown as GitHub shows it, near enough for a picture. */
function page(markdown: string): string {
  const html = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  });
  const drawn = html.replaceAll(EMOJI, (sign) => DRAWN[sign] ?? sign);
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${drawn}</body>`;
}

/** Signs that a machine without a font of emoji does not have. */
const DRAWN: Readonly<Record<string, string>> = {
  '✅': '<b style="color:#1a7f37">✔</b>',
  '❌': '<b style="color:#cf222e">✘</b>',
  '🔒': '<b style="opacity:.5">–</b>',
  '🟠': '<b style="color:#bc4c00">●</b>',
};
const EMOJI = new RegExp(Object.keys(DRAWN).join('|'), 'gu');

const STYLE = `
  :root { color-scheme: light dark; --line: light-dark(#d1d9e0, #3d444d); --stripe: light-dark(#f6f8fa, #151b23); }
  body { margin: 24px; font: 14px/1.5 system-ui, sans-serif; background: light-dark(#fff, #0d1117); color: light-dark(#1f2328, #f0f6fc); }
  h2, h3 { margin: 0 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--line); }
  table { border-collapse: collapse; margin-bottom: 16px; }
  th, td { border: 1px solid var(--line); padding: 5px 12px; text-align: left; }
  tr:nth-child(2n) { background: var(--stripe); }
  code { font: 12px ui-monospace, monospace; background: var(--stripe); padding: 2px 5px; border-radius: 6px; }
  a { color: light-dark(#0969da, #4493f8); }
`;

/** The HTML report among the files that a run kept. */
function reportOf(artifacts: string): string {
  const found = readdirSync(artifacts, { recursive: true, encoding: 'utf8' });
  const report = found.find((file) => file.endsWith('report.html'));
  if (report === undefined) throw new Error(`${artifacts} has no report.html`);
  return read(artifacts, report);
}

async function paint(browser: BrowserContext, name: string, html: string, folder: string) {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, html);
  for (const colorScheme of ['light', 'dark'] as const) {
    const tab = await browser.newPage();
    await tab.emulateMedia({ colorScheme });
    await tab.goto(pathToFileURL(file).href);
    const path = join(FOLDER, `${name}-${colorScheme}.png`);
    await tab.screenshot({ path });
    await tab.close();
    console.log(path);
  }
}

/**
 * `node dev/tools/pictures.ts [LOGS]`: paints the pictures of the README, light and dark, from the logs of
 * `npm run rehearse -- --workflow newcomer`.
 */
async function main(logs = join(CHECKOUT, '.rehearsal', 'logs')): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  mkdirSync(FOLDER, { recursive: true });
  const browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: (await findBrowser()) ?? 'chromium',
    headless: true,
    args: FLAGS,
    offline: true,
    viewport: SIZE,
  });
  try {
    for (const [name, html] of Object.entries(PICTURES)) {
      await paint(browser, name, html(resolve(logs)), folder);
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (import.meta.main) await main(...process.argv.slice(2));
