import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CloudError, InputError } from '../core/errors.ts';
import { setOutputs } from './outputs.ts';
import { runAction } from './run-action.ts';

let folder: string;
let printed: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runner-'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const exitOf = (action: () => Promise<void>) =>
  runAction(action).catch((error: Error) => error.message);

it('turns bad input into one annotation and exit code 1', async () => {
  const failing = async () => {
    throw new InputError([{ input: 'a', value: 'b', allowed: 'c' }]);
  };
  expect(await exitOf(failing)).toBe('exit 1');
  expect(printed).toBe('::error title=Invalid input::Input "a": got "b"; allowed: c\n');
});

it('points an explained failure at its file and line', async () => {
  const failing = async () => {
    throw new CloudError({
      resource: 'r',
      reason: 'y',
      nextStep: 'n',
      file: 'cfn/x.yaml',
      line: 7,
    });
  };
  expect(await exitOf(failing)).toBe('exit 1');
  expect(printed).toContain('::error title=AWS,file=cfn/x.yaml,line=7::r: y%0ANext step: n');
});

it('logs the stack of an unexpected failure, and leaves it out of the annotation', async () => {
  expect(await exitOf(() => Promise.reject(new TypeError('odd')))).toBe('exit 1');
  expect(printed).toContain('::error title=Bug::Unexpected failure, please report it: odd\n');
  expect(printed).toContain('TypeError: odd\n    at ');
});

it('sets outputs, and writes objects as JSON', () => {
  const file = join(folder, 'output');
  writeFileSync(file, '');
  vi.stubEnv('GITHUB_OUTPUT', file);
  setOutputs({ text: 'plain', object: { a: [1] }, yes: true });
  const written = readFileSync(file, 'utf8');
  expect(written).toMatch(
    /^text<<(\S+)\nplain\n\1\nobject<<(\S+)\n{"a":\[1\]}\n\2\nyes<<(\S+)\ntrue\n\3\n$/,
  );
});
