/** Markdown that is known to be safe. */
export class Markdown {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markdown;

/** A template of Markdown. It makes every value inert except `Markdown`. */
export function md(strings: TemplateStringsArray, ...values: readonly Value[]): Markdown {
  const parts = strings.map((part, index) => {
    const value = values[index];
    return value === undefined ? part : part + textOf(value);
  });
  return new Markdown(parts.join(''));
}

function textOf(value: Value): string {
  return value instanceof Markdown ? value.text : inertMarkdown(String(value));
}

/**
 * A line of Markdown, also for a table or inside HTML, that shows a text of others and does nothing: no link, image,
 * mention, reference to an issue, HTML or format. Line ends become spaces.
 *
 * Character references stand for what Markdown interprets, because they work in every place:
 * https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
 * GitHub looks for mentions, references and addresses in the text that readers see, so an invisible space breaks these.
 */
export function inertMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/@|#(?=\d)|GH-(?=\d)|:(?=\/\/)|www(?=\.)/gi, `$&${BREAK}`)
    .replace(/[\\`*[\]<>&~|$]/g, reference)
    .replace(/(?<![A-Za-z0-9_])_+|_+(?![A-Za-z0-9_])/g, (run) => reference('_').repeat(run.length))
    .replace(
      /^ *(?:[#+:=-]|\d+[.)](?= |$))/,
      (start) => start.slice(0, -1) + reference(start.slice(-1)),
    )
    .replaceAll(BREAK, reference);
}

/** A zero-width space. */
const BREAK = '\u200b';

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** Text in a code span, in which nothing is interpreted. Line ends become spaces. */
export function code(text: string): Markdown {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return new Markdown('');
  const ticks = longerThan(line, 1);
  const space = /^`|`$/.test(line) ? ' ' : '';
  return new Markdown(`${ticks}${space}${line}${space}${ticks}`);
}

/** A code block. No text can end it. */
export function codeBlock(text: string, language: string): string {
  const ticks = longerThan(text, 3);
  return `${ticks}${language}\n${text}\n${ticks}`;
}

function longerThan(text: string, least: number): string {
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length + 1);
  return '`'.repeat(Math.max(least, ...runs));
}

/** A link to an address of ours; the bare label when the address is none of HTTP. */
export function link(label: string, url: string): Markdown {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (!/^https?:$/.test(address?.protocol ?? '')) return md`${label}`;
  const href = address?.href.replace(/[^\w:/?#&=.%~+@,;-]/g, percentEncoded) ?? '';
  return new Markdown(`[${inertMarkdown(label)}](${href})`);
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** A Markdown table. Each line of a text is inert, so that no value can break the table. */
export function table(header: readonly string[], rows: readonly (readonly Value[])[]): string {
  const line = (cells: readonly Value[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), line(header.map(() => new Markdown('---'))), ...rows.map(line)].join('\n');
}

/**
 * The same text, in whose first table the row with this title has this value. The table has two columns, and gets the row when it has none.
 *
 * @param title a word
 */
export function withRow(text: string, title: string, value: Value): string {
  const line = `| ${title} | ${cell(value)} |`;
  const row = new RegExp(`^\\| ${title} \\| .*$`, 'm');
  if (row.test(text)) return text.replace(row, () => line);
  return text.replace(/^\| --- \| --- \|(\n\|.*)*$/m, (rows) => `${rows}\n${line}`);
}

function cell(value: Value): string {
  if (value instanceof Markdown) return value.text.replace(/(?<!\\)\|/g, '\\|');
  const lines = String(value).split(/\r\n?|\n/);
  return lines.map(inertMarkdown).join('<br>');
}
