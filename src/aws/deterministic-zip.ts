import { zipSync } from 'fflate';

/** `-rw-r--r--` of a Unix file, where the ZIP format keeps it. */
const UNIX = 3;
const MODE = 0o100644 * 0x10000;

/**
 * A ZIP archive that depends on the files' names and contents alone: the same bytes on any machine and day.
 */
export function deterministicZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // The format stores local time without a zone, so a date made of local parts is the same everywhere.
  const mtime = new Date(1980, 0, 1);
  const names = Object.keys(files).sort();
  return zipSync(
    Object.fromEntries(
      names.map((name) => [name, [files[name] ?? new Uint8Array(), { os: UNIX, attrs: MODE }]]),
    ),
    { mtime, level: 9 },
  );
}
