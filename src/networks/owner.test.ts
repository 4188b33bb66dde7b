import { describe, expect, it } from 'vitest';
import { OUR_LABELS } from '../kubernetes/api.ts';
import { cleaned } from './exported-object.ts';
import { ownerOf } from './owner.ts';

const object = (metadata: object) => ({ metadata }) as Parameters<typeof ownerOf>[0];

describe('ownerOf', () => {
  it.each([
    [
      'a controller',
      { ownerReferences: [{ kind: 'SriovNetwork', name: 'net' }] },
      'SriovNetwork net',
    ],
    ['Helm', { annotations: { 'meta.helm.sh/release-name': 'web' } }, 'Helm release web'],
    [
      'Argo CD',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'app:k8s/Nad:ns/n' } },
      'Argo CD application app',
    ],
    ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }, 'Flux Kustomization apps'],
    ['a label', { labels: { 'app.kubernetes.io/managed-by': 'team-x' } }, 'team-x'],
    [
      'fields',
      { managedFields: [{ manager: 'argocd-controller', fieldsV1: { 'f:spec': {} } }] },
      'Argo CD',
    ],
    [
      'our label beside the mark of another',
      { labels: { ...OUR_LABELS, 'argocd.argoproj.io/instance': 'a' } },
      'Argo CD application a',
    ],
  ])('finds %s', (_, metadata, owner) => {
    expect(ownerOf(object(metadata))).toBe(owner);
  });

  it.each([
    ['nothing', {}],
    ['our label', { labels: OUR_LABELS }],
    [
      'people with kubectl',
      { managedFields: [{ manager: 'kubectl-create', fieldsV1: { 'f:spec': {} } }] },
    ],
  ])('finds nobody in %s', (_, metadata) => {
    expect(ownerOf(object(metadata))).toBeUndefined();
  });
});

it('an object from a cluster loses what belongs to it there, and keeps the rest', () => {
  const { object: kept, removed } = cleaned({
    kind: 'K',
    metadata: {
      name: 'n',
      uid: 'u',
      resourceVersion: '1',
      annotations: { 'meta.helm.sh/release-name': 'web', own: 'x' },
    },
    status: {},
  });
  expect(kept).toEqual({ kind: 'K', metadata: { name: 'n', annotations: { own: 'x' } } });
  expect(removed).toEqual([
    'status',
    'metadata.uid',
    'metadata.resourceVersion',
    'annotation meta.helm.sh/release-name',
  ]);
});
