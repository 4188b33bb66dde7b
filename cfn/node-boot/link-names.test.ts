import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bootScript } from '../../dev/testing/node-boot/user-data.ts';

const TRIALS = join(import.meta.dirname, '../../dev/testing/node-boot/naming-trials.sh');

/** How the functions ask for the name of a link, in a shell of its own. */
const ASKED = '$(link_of "${mac_of[$number]}")';
/** The answer in the trials, which would otherwise start ten thousand shells. */
const ANSWER = '${name_of[${mac_of[$number]}]:-}';

/** Runs so many orders of events with these functions of the boot script. */
function tryNames(trials: string, change: (functions: string) => string): readonly string[] {
  const script = bootScript(['subnet-1', 'subnet-2'], 1);
  const functions = ['settle', 'rename_links', 'all_named', 'name_links'].map((name) => {
    const found = new RegExp(`^${name}\\(\\) \\{\\n[\\s\\S]*?^\\}\\n`, 'm').exec(script)?.[0];
    if (found === undefined) throw new Error(`the boot script has no function ${name}`);
    return found;
  });
  const asking = functions.join('');
  expect(asking.split(ASKED)).toHaveLength(3);
  const folder = mkdtempSync(join(tmpdir(), 'link-names-'));
  const file = join(folder, 'functions');
  writeFileSync(file, change(asking.replaceAll(ASKED, () => ANSWER)));
  const { stdout, stderr } = spawnSync('bash', [TRIALS, file, trials], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

it('names the links in any of 1,000 orders in which udev renames them meanwhile', () => {
  const [last, ...wrong] = tryNames('1000', (functions) => functions).toReversed();
  expect(wrong).toEqual([]);
  expect(last).toMatch(/^1000 trials, [5-9]\d\d disturbed$/);
});

it('would not if it renamed them only once', () => {
  const once = (functions: string) => functions.replace('attempt <= 20', 'attempt <= 1');
  const wrong = tryNames('100', once).filter((line) => line.startsWith('trial'));
  expect(wrong.length).toBeGreaterThan(10);
});
