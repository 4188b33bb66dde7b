/** A command that the runner executes because a step has printed it. */
export interface RunnerCommand {
  /** In lower case. */
  readonly name: string;
  readonly data: string;
}

/** The commands that a runner knows: https://github.com/actions/runner `src/Runner.Worker/ActionCommandManager.cs` */
const KNOWN = new Set(
  'add-mask add-matcher add-path debug echo endgroup error group notice remove-matcher save-state set-env set-output stop-commands warning'.split(
    ' ',
  ),
);

/** What .NET's `String.TrimStart` removes: https://learn.microsoft.com/dotnet/api/system.char.iswhitespace */
const WHITE_SPACE = new Set(
  [
    0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
    0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
  ].map((code) => String.fromCharCode(code)),
);

/**
 * The commands that the runner finds in what a step prints. Follows `ActionCommand.cs` of the runner: both forms,
 * `::name::data` at the start of a line and `##[name]data` anywhere in it. The runner's comparisons depend on its
 * language settings. This finds the commands of either kind of comparison, by code units and by ICU.
 */
export function commandsIn(printed: string): readonly RunnerCommand[] {
  // A .NET stream reader drops a byte order mark at the start of a stream.
  const lines = printed.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  return lines.flatMap((line) => {
    const found = COMPARISONS.map((find) => atStart(line, find) ?? anywhere(line, find));
    return found.find((command) => command !== undefined) ?? [];
  });
}

/** Returns the first index of `sought` in `text` from `from` on, or -1. */
type Find = (text: string, sought: string, from: number) => number;

const collator = new Intl.Collator('en', { sensitivity: 'variant' });
/** Ignorable characters between those of the sought text make a match longer, up to this. */
const LONGEST_MATCH = 8;

function findByIcu(text: string, sought: string, from: number): number {
  for (let start = from; start < text.length; start += 1) {
    for (let length = sought.length; length <= LONGEST_MATCH; length += 1) {
      const part = text.slice(start, start + length);
      if (part.length === length && collator.compare(part, sought) === 0) return start;
    }
  }
  return -1;
}

const COMPARISONS: readonly Find[] = [
  (text, sought, from) => text.indexOf(sought, from),
  findByIcu,
];

function atStart(line: string, find: Find): RunnerCommand | undefined {
  const begin = [...line].findIndex((one) => !WHITE_SPACE.has(one));
  const message = begin < 0 ? '' : line.slice(begin);
  if (find(message.slice(0, LONGEST_MATCH), '::', 0) !== 0) return undefined;
  const end = find(message, '::', 2);
  return end < 0 ? undefined : known(message.slice(2, end), message.slice(end + 2));
}

function anywhere(line: string, find: Find): RunnerCommand | undefined {
  const begin = find(line, '##[', 0);
  const end = begin < 0 ? -1 : line.indexOf(']', begin);
  return end < 0 ? undefined : known(line.slice(begin + 3, end), line.slice(end + 1));
}

function known(words: string, data: string): RunnerCommand | undefined {
  const [name = ''] = words.toLowerCase().split(' ', 1);
  return KNOWN.has(name) ? { name, data } : undefined;
}
