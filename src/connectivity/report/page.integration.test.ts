import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../../dev/tools/install/probe.ts';
import { packFile } from '../../core/pack-files.ts';
import { faultyReport, hostileReport } from '../testing/reported-clusters.ts';
import { readPageAssets, reportPage } from './page.ts';
import type { Report } from './report.ts';

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
/** Beside the logs of the rehearsal. */
const SCREENSHOTS = packFile('.rehearsal', 'screenshots');

let folder: string;
let context: BrowserContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
  context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: (await findBrowser()) ?? 'chromium',
    headless: true,
    args: FLAGS,
    offline: true,
    viewport: { width: 1360, height: 900 },
  });
  await mkdir(SCREENSHOTS, { recursive: true });
});

afterAll(async () => {
  await context?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Opens a report's page from a file, and records its console messages and its requests. */
async function open(report: Report) {
  const file = join(folder, 'report.html');
  await writeFile(file, reportPage(report, await readPageAssets()));
  const page = await context.newPage();
  const messages: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => messages.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, messages, requests };
}

const cellsOf = (page: Page) => page.locator('.cell');
const PAIR = 'verify-1-1 net1 to verify-2-1 net1';

describe('the page of a report with failures', () => {
  it('renders from a file, without console messages and network requests', async () => {
    const report = faultyReport();
    const { page, messages, requests } = await open(report);
    expect(await page.title()).toBe('Connectivity of eks-multus-cluster: failed');
    expect(await cellsOf(page).count()).toBe(report.matrix.length);
    expect(await page.locator('.kind').count()).toBe(4);
    expect(await page.getByText('10.1.0.0/28', { exact: true }).count()).toBe(1);
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: join(SCREENSHOTS, `report-${scheme}.png`), fullPage: true });
    }
    expect(messages).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual(
      [],
    );
    await page.close();
  });

  it('filters by network, node, pod and failure', async () => {
    const report = faultyReport();
    const { page, messages } = await open(report);
    const within = report.matrix.filter(
      ({ source, target }) => source.network === target.network && source.interface === 'net1',
    );
    await page.getByRole('combobox', { name: 'Network' }).selectOption('default/ipvlan-conf-1');
    expect(await cellsOf(page).count()).toBe(within.length);
    await page.getByLabel('Failures only').check();
    expect(await page.locator('.cell.answers, .cell.apart').count()).toBe(0);
    expect(await page.locator('.cell.silent').count()).toBe(4);
    await page.getByRole('combobox', { name: 'Node' }).selectOption({ index: 2 });
    expect(await page.locator('.cell.impaired').count()).toBeGreaterThan(0);
    await page.getByRole('searchbox', { name: 'Pod' }).fill('verify-1-1');
    expect(await page.locator('.cell.silent').count()).toBe(1);
    await page.getByRole('searchbox', { name: 'Pod' }).fill('no such pod');
    expect(await page.locator('#map').textContent()).toBe('No pair passes the filters.');
    expect(messages).toEqual([]);
    await page.close();
  });

  it('shows what a failing pair means and what to do about it', async () => {
    const report = faultyReport();
    const { page } = await open(report);
    const failed = report.checks.find(
      ({ subject, outcome }) => outcome === 'failed' && subject.startsWith('verify-1-1 net1'),
    );
    await page.getByRole('button', { name: PAIR }).click();
    const details = await page.locator('#details').textContent();
    expect(details).toContain('silent, but should answer');
    expect(details).toContain(failed?.explanation);
    expect(details?.toLowerCase()).toContain(failed?.nextStep?.toLowerCase());
    await page.screenshot({ path: join(SCREENSHOTS, 'report-failing-pair.png') });
    await page.getByRole('button', { name: 'Show in the matrix' }).nth(1).click();
    expect(await page.locator('.cell[aria-pressed="true"]').count()).toBe(1);
    expect(await page.locator('#details').textContent()).toContain(
      'answers, but should be isolated',
    );
    await page.close();
  });

  it('works with the keyboard alone', async () => {
    const { page } = await open(faultyReport());
    await page.locator('.cell[tabindex="0"]').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await page.locator('#details h3').textContent()).toContain('verify-1-1 net1 → ');
    expect(await page.locator('.cell[tabindex="0"]').count()).toBe(1);
    expect(await page.locator('.cell:focus').getAttribute('aria-pressed')).toBe('true');
    await page.close();
  });

  it.each(['light', 'dark'] as const)(
    'passes the accessibility checks of axe: %s',
    async (scheme) => {
      const { page } = await open(faultyReport());
      await page.emulateMedia({ colorScheme: scheme });
      await page.locator('.cell.silent').first().click();
      const result: AxeResults = await page.evaluate(`${axe.source}; axe.run()`);
      const problems = result.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
      );
      expect(problems).toEqual([]);
      await page.close();
    },
  );

  it('prints completely on white', async () => {
    const { page } = await open(faultyReport());
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const colour = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(colour).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.filters').isVisible()).toBe(false);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    await page.close();
  });
});

it('runs nothing from the names in a report', async () => {
  const { page, messages } = await open(hostileReport());
  await page.locator('.cell.impaired').first().click();
  expect(await page.locator('img, body script[src]').count()).toBe(0);
  expect(await page.locator('h1').textContent()).toContain('<img src=x onerror=alert(1)>');
  expect(messages).toEqual([]);
  await page.close();
});

it('shows 400 pods by node, and filters single pods', async () => {
  const { page, messages } = await open(
    faultyReport({ nodes: 20, podsOnEach: 20, maxPairs: 4000 }),
  );
  expect(await page.locator('#map-note').textContent()).toContain('By node, as there are many');
  expect(await cellsOf(page).count()).toBeGreaterThan(300);
  await page.screenshot({ path: join(SCREENSHOTS, 'report-400-pods.png') });
  await page.getByRole('searchbox', { name: 'Pod' }).fill('verify-3-1');
  await page.locator('.cell').first().waitFor();
  expect(messages).toEqual([]);
  await page.close();
});
