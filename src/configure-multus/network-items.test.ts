import { describe, expect, it } from 'vitest';
import { direct, lab } from '../../dev/testing/samples/configure-inputs.ts';
import { InputError } from '../core/errors.ts';
import { parseInputs } from './inputs.ts';

const definition = (name: string) =>
  `apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: { name: ${name} }\n`;
const files: Readonly<Record<string, string>> = {
  'one.yaml': definition('one'),
  'more.yaml': `${definition('two')}---\n${definition('three')}`,
  'bad.yaml': `${definition('four')}---\nkind: Pod\n`,
};
const readText = (path: string) => {
  const text = files[path];
  if (text === undefined) throw new Error('no such file');
  return text;
};
const read = (inputs: Readonly<Record<string, string>>) =>
  parseInputs((name) => inputs[name] ?? '', undefined, readText);
const namesOf = (inputs: Readonly<Record<string, string>>) =>
  read(inputs).attachments.map(({ name }) => name);
const { networks: _, ...cluster } = direct;

describe('networks from files', () => {
  it('work with and without the input networks', () => {
    const given = 'one.yaml, more.yaml';
    expect(namesOf({ ...cluster, 'networks-files': given })).toEqual(['one', 'two', 'three']);
    expect(namesOf({ ...direct, 'networks-files': 'one.yaml' })).toEqual(['eni-prefix-1', 'one']);
  });

  it.each([
    ['lost.yaml', /"networks-files": got .*lost\.yaml.*no such file/s],
    ['bad.yaml', /"networks-files": got "bad\.yaml"; allowed: bad\.yaml, line \d+: apiVersion/s],
    ['one.yaml,one.yaml', /"networks".*name: each name once/s],
  ])('%s is rejected with the reason', (given, words) => {
    const parsing = () => read({ ...cluster, 'networks-files': given });
    expect(parsing).toThrow(InputError);
    expect(parsing).toThrow(words);
  });
});

describe('prune', () => {
  it('covers the namespaces of the run, and is off by default', () => {
    expect(read(lab).pruneIn).toEqual([]);
    const networks = '- { name: a, network: 1, namespace: telco }';
    expect(read({ ...lab, networks, prune: 'true' }).pruneIn).toEqual(['default', 'telco']);
    expect(() => read({ ...lab, prune: 'yes' })).toThrow(/"prune".*true or false/s);
  });
});
