/** One line of a closing table: what was checked, what was found, and whether that is right. */
export interface Finding {
  readonly what: string;
  readonly found: string;
  readonly ok: boolean;
}

/** The closing table as plain text, failures marked. */
export function renderTable(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length), 0);
  const lines = findings.flatMap(({ what, found, ok }) =>
    found
      .split('\n')
      .map((line, index) =>
        index === 0
          ? `  ${ok ? '✔' : '✘'} ${what.padEnd(width)}  ${line}`
          : `    ${''.padEnd(width)}  ${line}`,
      ),
  );
  const passed = findings.filter(({ ok }) => ok).length;
  return [...lines, '', `${passed} passed, ${findings.length - passed} failed`].join('\n');
}
