import { describe, expect, it } from 'vitest';
import { IMAGE_MODULES } from '../../stand-ins/instance/image/container-store.ts';
import { goModules, parseToolSets, planTools, toolSets } from './tool-sets.ts';

describe('planTools', () => {
  it('does not build Kubernetes for the linters', () => {
    expect(planTools(['lint'])).toEqual({
      goModules: ['actionlint'],
      python: true,
      checkov: false,
      testSystem: false,
      image: false,
      kernel: false,
    });
  });

  it('builds each module once however many sets need it', () => {
    expect(planTools(['control-plane', 'node']).goModules).toEqual([
      'cni-plugins',
      'multus',
      'multus-thin',
      'agnhost',
      'kubernetes',
    ]);
  });

  it('builds what the container images of the nodes are made of', () => {
    expect(planTools(['node']).goModules).toEqual(expect.arrayContaining([...IMAGE_MODULES]));
  });

  it('covers every module when everything is asked for', () => {
    expect(planTools(toolSets)).toEqual({
      goModules,
      python: true,
      checkov: true,
      testSystem: true,
      image: true,
      kernel: true,
    });
  });

  it('builds and downloads nothing for unit tests', () => {
    expect(planTools(['unit-tests'])).toEqual(planTools([]));
  });

  it('needs nothing for nothing', () => {
    expect(planTools([])).toEqual({
      goModules: [],
      python: false,
      checkov: false,
      testSystem: false,
      image: false,
      kernel: false,
    });
  });
});

describe('parseToolSets', () => {
  it('takes no word as everything', () => {
    expect(parseToolSets([])).toEqual(toolSets);
  });

  it('names the known sets when it meets another', () => {
    expect(() => parseToolSets(['lint', 'nodes'])).toThrow(/"nodes".*lint, moto, control-plane/);
  });
});
