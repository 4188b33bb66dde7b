import type { Report, ReportedPod } from '../../src/connectivity/report/report.ts';
import type { Finding } from '../tools/table.ts';

const SAMPLE_APPS = ['sampleapp-1', 'sampleapp-2', 'sampleapp-dual-1', 'sampleapp-dual-2'];

/** The routes of a pod on both networks of the lab, with source addresses from the lab's ranges. */
const DUAL_ROUTES = [
  { destination: '10.0.4.0/24', interface: 'net1', source: /^10\.0\.4\.(7\d|80)$/ },
  { destination: '10.0.6.0/24', interface: 'net2', source: /^10\.0\.6\.(7\d|80)$/ },
] as const;

/**
 * Checks verify's connectivity report of the lab. Pure.
 *
 * @param json the action's output `report`; empty when the action set none
 */
export function reportFindings(json: string): readonly Finding[] {
  if (json === '') return [{ what: 'Checks', found: 'no report', ok: false }];
  const { counts, pods } = JSON.parse(json) as Report;
  const names = pods.map(({ name }) => name).sort();
  return [
    {
      what: 'Pods',
      found: `${pods.length} ran: ${names.join(', ')}`,
      ok: names.join() === SAMPLE_APPS.join() && pods.every(({ ready }) => ready),
    },
    {
      what: 'Checks',
      found: `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
      ok: counts.passed > 0 && counts.failed === 0 && counts.skipped === 0,
    },
    routesFinding(pods.find(({ name }) => name === 'sampleapp-dual-1')),
  ];
}

/** How many checks passed, and the first five that failed. Pure. */
export function checksText({ counts, checks }: Pick<Report, 'counts' | 'checks'>): string {
  const failures = checks.filter(({ outcome }) => outcome === 'failed').slice(0, 5);
  return [
    `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
    ...failures.map(({ check, subject, detail }) => `${check} ${subject}: ${detail}`),
  ].join('\n');
}

function routesFinding(pod: ReportedPod | undefined): Finding {
  const lines = (pod?.routes ?? '').split('\n').filter((line) => line !== '');
  const ok = DUAL_ROUTES.every((wanted) =>
    lines.some((line) => {
      const words = line.split(/\s+/);
      const source = words[words.indexOf('src') + 1] ?? '';
      const device = words[words.indexOf('dev') + 1];
      return (
        words[0] === wanted.destination && device === wanted.interface && wanted.source.test(source)
      );
    }),
  );
  return { what: 'sampleapp-dual-1: ip r', found: lines.join('\n') || 'nothing', ok };
}
