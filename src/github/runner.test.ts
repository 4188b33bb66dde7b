import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { commandsIn } from '../../dev/stand-ins/github/runner-commands.ts';
import { CloudError, InputError } from '../core/errors.ts';
import { annotate, setOutputs } from './outputs.ts';
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

const PIECES = [
  '::',
  '##[',
  'error',
  'add-path',
  'set-output',
  ' name=x',
  ',',
  ']',
  '=',
  '%0A',
  '%3A',
  '%25',
];
const ENDS = [
  '\n',
  '\r',
  '\r\n',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u200b',
  '\0',
  '<<',
  'ghadelimiter_',
  'text',
];
const hostile = fc
  .array(fc.constantFrom(...PIECES, ...ENDS), { maxLength: 12 })
  .map((all) => all.join(''));

it('makes one annotation of any title and message, with the same text', () => {
  fc.assert(
    fc.property(hostile, hostile, (title, message) => {
      printed = '';
      annotate('warning', [{ title, message }]);
      const [command, ...others] = commandsIn(printed);
      expect(command).toEqual({
        name: 'warning',
        data: message.replace(/%|\r|\n/g, encodeURIComponent),
      });
      expect(others).toEqual([]);
    }),
  );
});

it('sets an output to any text, and no other output', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const file = join(folder, 'hostile');
      writeFileSync(file, '');
      vi.stubEnv('GITHUB_OUTPUT', file);
      setOutputs({ text });
      const [, delimiter = ''] = /^text<<(.+)\n/.exec(readFileSync(file, 'utf8')) ?? [];
      expect(readFileSync(file, 'utf8')).toBe(`text<<${delimiter}\n${text}\n${delimiter}\n`);
      expect(text).not.toContain(delimiter);
      expect(delimiter).toMatch(/^ghadelimiter_[0-9a-f-]{36}$/);
    }),
  );
});
