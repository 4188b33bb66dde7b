import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { EOL } from 'node:os';

/**
 * How an action talks to the runner: lines on stdout that begin with `::`, and files named in the environment.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 *
 * GitHub's own toolkit does the same and much else that we have no use for; it would be a third of a bundle.
 */
export interface Annotation {
  readonly title?: string;
  readonly file?: string;
  readonly startLine?: number;
}

/** The text of an input; the runner has it in the environment under its upper-case name. */
export function input(name: string): string {
  return (process.env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '').trim();
}

export function info(message: string): void {
  process.stdout.write(message + EOL);
}

export function error(message: string, { title, file, startLine }: Annotation = {}): void {
  command('error', message, { title, file, line: startLine });
}

export function warning(message: string): void {
  command('warning', message);
}

/** Hides a value in everything that the job prints from now on. */
export function mask(secret: string): void {
  command('add-mask', secret);
}

/** Lines that fold away in the job's log. */
export async function group<T>(title: string, work: () => Promise<T>): Promise<T> {
  command('group', title);
  try {
    return await work();
  } finally {
    command('endgroup', '');
  }
}

/** Sets an output of the step; does nothing where no runner collects outputs. */
export function output(name: string, value: string): void {
  // The delimiter must not be a line of the value, so nobody may be able to guess it.
  const delimiter = `ghadelimiter_${randomUUID()}`;
  append('GITHUB_OUTPUT', [`${name}<<${delimiter}`, value, delimiter]);
}

/** Adds Markdown to the page that sums up the job; does nothing where there is none. */
export function summary(markdown: string): void {
  append('GITHUB_STEP_SUMMARY', [markdown]);
}

function append(variable: string, lines: readonly string[]): void {
  const file = process.env[variable];
  if (file === undefined || file === '') return;
  appendFileSync(file, lines.map((line) => line + EOL).join(''));
}

type Properties = Readonly<Record<string, string | number | undefined>>;

function command(name: string, message: string, properties: Properties = {}): void {
  const given = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  info(
    `::${[name, given.join(',')].filter((part) => part !== '').join(' ')}::${escapeData(message)}`,
  );
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
