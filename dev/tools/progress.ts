/**
 * What a person sees while a program works: one line when a step begins, one whenever it has news, and one with the
 * elapsed time when it ends.
 */
export interface Progress {
  /** Runs `work` as a named step. `note` says what a long step is doing (throttled; the last note wins). */
  step<T>(name: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** One plain line, outside any step. */
  say(text: string): void;
}

const NOTE_INTERVAL_MS = 5_000;

/** Prints steps to `write`, by default standard error, so that standard output stays for results. */
export function consoleProgress(
  write: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Progress {
  const began = Date.now();
  return {
    say: (text) => write(`${stamp(began)} ${text}`),
    async step(name, work) {
      const start = Date.now();
      write(`${stamp(began)} ▸ ${name}`);
      const notes = noteEvery(NOTE_INTERVAL_MS, (text) => {
        write(`${stamp(began)}     ${name}: ${text} (${seconds(start)})`);
      });
      try {
        const result = await work(notes.note);
        write(`${stamp(began)} ✔ ${name} (${seconds(start)})`);
        return result;
      } catch (error) {
        write(`${stamp(began)} ✘ ${name} (${seconds(start)})`);
        throw error;
      } finally {
        notes.stop();
      }
    },
  };
}

function noteEvery(intervalMs: number, show: (text: string) => void) {
  let latest = '';
  let shown = '';
  const timer = setInterval(() => {
    if (latest !== '' && latest !== shown) {
      shown = latest;
      show(latest);
    }
  }, intervalMs);
  timer.unref();
  return {
    note: (text: string) => {
      latest = text;
    },
    stop: () => clearInterval(timer),
  };
}

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}

function stamp(beganMs: number): string {
  const total = Math.floor((Date.now() - beganMs) / 1000);
  const minutes = String(Math.floor(total / 60)).padStart(2, '0');
  return `[${minutes}:${String(total % 60).padStart(2, '0')}]`;
}
