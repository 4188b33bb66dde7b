import type { V1DaemonSet, V1LabelSelector } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { checkInstalled } from './install.ts';

const set = (
  name: string,
  selector: V1LabelSelector,
  labels: Record<string, string> = selector.matchLabels ?? {},
): V1DaemonSet => ({
  metadata: { name, namespace: 'kube-system' },
  spec: { selector, template: { metadata: { labels }, spec: { containers: [] } } },
});
const byName = { matchLabels: { name: 'multus' } };
const wanted = set('kube-multus-ds', byName);

describe('checkInstalled', () => {
  it('accepts no DaemonSet, its own, and those of other programs', () => {
    const node = set('aws-node', { matchLabels: { 'k8s-app': 'aws-node' } });
    expect(checkInstalled([], wanted)).toEqual([]);
    expect(checkInstalled([node, set('kube-multus-ds', byName)], wanted)).toEqual([]);
  });

  it.each<[string, V1LabelSelector, RegExp]>([
    ['another label', { matchLabels: { app: 'multus' } }, /pods with app=multus, ours .*name=mul/],
    [
      'one label more',
      { matchLabels: { tier: 'node', name: 'multus' } },
      /pods with name=multus, tier=node,/,
    ],
    [
      'an expression',
      { ...byName, matchExpressions: [{ key: 'tier', operator: 'In', values: ['node', 'x'] }] },
      /pods with name=multus, tier In node\|x,/,
    ],
  ])('explains a selector that cannot be changed: %s', (_name, selector, words) => {
    const found = [set('kube-multus-ds', selector)];
    expect(() => checkInstalled(found, wanted)).toThrow(words);
    expect(() => checkInstalled(found, wanted)).toThrow(/daemonset kube-system\/kube-multus-ds/);
  });

  it('warns of a second Multus', () => {
    const second = set('kube-multus-ds-amd64', byName, { app: 'multus', tier: 'node' });
    expect(checkInstalled([second], wanted)).toEqual([
      expect.stringMatching(
        /^daemonset kube-system\/kube-multus-ds-amd64 also runs Multus.*delete daemonset kube-multus-ds-amd64/,
      ),
    ]);
  });
});
