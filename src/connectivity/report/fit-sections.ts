/** A part of a text that can be shortened: what it begins with, its rows, and what it says of rows that are left out. */
export interface Section {
  readonly head: string;
  readonly rows: readonly string[];
  readonly tail?: string;
  /** The most rows that are worth reading; all when absent. */
  readonly most?: number;
  readonly leftOut: (count: number) => string;
}

/** Room that each section keeps for its line about what was left out. */
const NOTE_BYTES = 200;

/**
 * Joins sections, most important first, into at most `bytes` of UTF-8. Rows that do not fit are left out and
 * counted in words; a section of which nothing fits is a line that says so.
 */
export function fitSections(sections: readonly Section[], bytes: number): string {
  const texts: string[] = [];
  let left = bytes - NOTE_BYTES * sections.length;
  for (const section of sections) {
    const text = shorten(section, left);
    left -= Math.max(0, size(text) + 2 - NOTE_BYTES);
    texts.push(text);
  }
  return texts.join('\n\n');
}

function shorten({ head, rows, tail = '', most, leftOut }: Section, bytes: number): string {
  let left = bytes - size(head) - size(tail) - 4;
  if (left < 0) return leftOut(rows.length);
  const kept: string[] = [];
  for (const row of rows.slice(0, most ?? rows.length)) {
    left -= size(row) + 1;
    if (left < 0) break;
    kept.push(row);
  }
  const missing = rows.length - kept.length;
  const note = missing === 0 ? '' : `\n\n${leftOut(missing)}`;
  return `${[head, ...kept].join('\n')}${tail === '' ? '' : `\n${tail}`}${note}`;
}

function size(text: string): number {
  return Buffer.byteLength(text);
}
