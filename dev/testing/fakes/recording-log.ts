import type { Log } from '../../../src/core/log.ts';

/** A log that keeps what it is told. */
export interface RecordingLog extends Log {
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
}

export function recordingLog(): RecordingLog {
  const lines: string[] = [];
  const warnings: string[] = [];
  return {
    lines,
    warnings,
    info: (message) => void lines.push(message),
    warn: (message) => void warnings.push(message),
    group: (title, work) => {
      lines.push(title);
      return work();
    },
  };
}
