import { describe, expect, it } from 'vitest';
import { workingStack } from '../preflight/testing/good-account.ts';
import { checkClusterStays, checkIsFree, checkSameCluster } from './cluster-stays.ts';
import { presentCluster } from './testing/present-cluster.ts';

const ENVIRONMENT = 'eks-multus-cluster';
const CLUSTER = presentCluster();
const onPlatform = (environment: string) =>
  workingStack(environment, {
    parameters: { GivenClusterName: 'platform', GivenClusterEndpoint: CLUSTER.endpoint },
    tags: { 'eks-multus:environment': environment },
  });

describe('an environment stays on its cluster', () => {
  const asked = (name?: string) => ({
    environment: ENVIRONMENT,
    givenCluster:
      name === undefined ? undefined : { name, authentication: undefined, vpc: {} as never },
  });

  it('when it is the same, or the environment is new', () => {
    checkClusterStays(asked('platform'), onPlatform(ENVIRONMENT));
    checkClusterStays(asked(), workingStack(ENVIRONMENT));
    expect(() => checkClusterStays(asked('platform'), undefined)).not.toThrow();
  });

  it.each([
    [
      'another one of others',
      asked('other'),
      onPlatform(ENVIRONMENT),
      'existing-cluster: platform',
    ],
    ['one of its own', asked(), onPlatform(ENVIRONMENT), 'existing-cluster: platform'],
    ['one of others', asked('platform'), workingStack(ENVIRONMENT), 'leave existing-cluster out'],
  ])('and is not moved to %s', (_, inputs, infra, message) => {
    expect(() => checkClusterStays(inputs, infra)).toThrow(message);
  });

  it('and is not taken for one of the same name that was made later', () => {
    const later = presentCluster({ endpoint: 'https://another.eks.amazonaws.com' });
    expect(() => checkSameCluster(ENVIRONMENT, onPlatform(ENVIRONMENT), CLUSTER)).not.toThrow();
    expect(() => checkSameCluster(ENVIRONMENT, onPlatform(ENVIRONMENT), later)).toThrow(
      'it is another cluster than the one that environment eks-multus-cluster is on',
    );
  });
});

describe('a cluster is free', () => {
  it('for the environment that is on it', () => {
    expect(() => checkIsFree(ENVIRONMENT, CLUSTER, [onPlatform(ENVIRONMENT)])).not.toThrow();
  });

  it('unless an environment made it', () => {
    const own = workingStack('platform', { tags: { 'eks-multus:environment': 'platform' } });
    expect(() => checkIsFree(ENVIRONMENT, CLUSTER, [own])).toThrow(
      'give base-environment: platform in place of existing-cluster',
    );
  });

  it('unless it has the tag of an environment, whoever set it', () => {
    const tagged = presentCluster({ tags: { 'eks-multus:environment': 'eks-multus-a' } });
    expect(() => checkIsFree(ENVIRONMENT, tagged, [])).toThrow(
      'it has the tag eks-multus:environment=eks-multus-a',
    );
  });

  it('unless another environment is on it', () => {
    expect(() => checkIsFree(ENVIRONMENT, CLUSTER, [onPlatform('eks-multus-a')])).toThrow(
      'environment eks-multus-a is on it already',
    );
  });
});
