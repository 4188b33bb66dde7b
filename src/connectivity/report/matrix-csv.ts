import { PROTOCOLS, type Transport } from '../protocol.ts';
import type { Report, ReportedPair } from './report.ts';

const TRANSPORTS: readonly Transport[] = PROTOCOLS.filter((one) => one !== 'icmp');

type Cell = string | number | null;

/** The columns of the file, in order, each with what it has of a pair. */
const COLUMNS: readonly (readonly [string, (pair: ReportedPair) => Cell])[] = [
  ['source_pod', ({ source }) => source.pod],
  ['source_interface', ({ source }) => source.interface],
  ['source_network', ({ source }) => source.network],
  ['source_address', ({ source }) => source.address],
  ['target_pod', ({ target }) => target.pod],
  ['target_interface', ({ target }) => target.interface],
  ['target_network', ({ target }) => target.network],
  ['target_address', ({ target }) => target.address],
  ['scope', ({ scope }) => scope],
  ['expected', ({ expected }) => expected],
  ['seen', ({ seen }) => seen],
  ['sent', ({ sent }) => sent],
  ['received', ({ received }) => received],
  ['loss_percent', ({ lossPercent }) => lossPercent],
  ['min_ms', ({ milliseconds }) => milliseconds?.min ?? null],
  ['avg_ms', ({ milliseconds }) => milliseconds?.avg ?? null],
  ['max_ms', ({ milliseconds }) => milliseconds?.max ?? null],
  ['attempts', ({ attempts }) => attempts],
  ['mtu_bytes', ({ mtu }) => mtu?.bytes ?? null],
  ['mtu_passed', ({ mtu }) => (mtu === null ? null : String(mtu.passed))],
  ...TRANSPORTS.map((protocol) => [protocol, resultOf(protocol)] as const),
  ['jitter_ms', ({ jitterMilliseconds }) => jitterMilliseconds],
  ['mbit_per_s', ({ megabitsPerSecond }) => megabitsPerSecond],
];

function resultOf(protocol: Transport): (pair: ReportedPair) => Cell {
  return ({ exchanges }) => exchanges.find((one) => one.protocol === protocol)?.result ?? null;
}

/**
 * The matrix as CSV (RFC 4180) for spreadsheets and scripts: a line of names, then a line for each ordered pair. What is
 * not known is empty. Pure.
 */
export function matrixCsv({ matrix }: Pick<Report, 'matrix'>): string {
  const lines = [
    COLUMNS.map(([name]) => name),
    ...matrix.map((pair) => COLUMNS.map(([, cell]) => field(cell(pair)))),
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

/** Quotes what CSV reserves. A text that a spreadsheet would take for a formula gets an apostrophe first. */
function field(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
