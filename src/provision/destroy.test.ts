import { describe, expect, it } from 'vitest';
import type { FakeStacks } from '../../dev/testing/fakes/fake-stacks.ts';
import { detachedInterface } from '../../dev/testing/samples/network-interface.ts';
import { reportMarkdown } from './report.ts';
import { provisionWorld } from './testing/provision-world.ts';

const NAME = 'eks-multus-cluster';
const OURS = { tags: { 'eks-multus:environment': NAME } };
const BUCKET = { name: 'eks-multus-123456789012-ap-northeast-2', region: '', accountId: '' };
const DELETE_FAILED = [
  { status: 'DELETE_IN_PROGRESS' },
  { status: 'DELETE_FAILED', resource: 'Vpc', reason: 'has dependencies' },
  { status: 'DELETE_FAILED' },
];

function world(pullRequest?: string) {
  const { account, deps, reports, run, stacks } = provisionWorld(pullRequest);
  const destroy = () => run({ command: 'destroy' });
  return { account, stacks, staging: deps.staging, reports, destroy };
}

/** No test waits until then. */
const LATER = Number.POSITIVE_INFINITY;

describe('a resource outside of any stack', () => {
  it('is removed between the node groups and the infra stack', async () => {
    const { account, stacks, destroy } = world();
    stacks.put(NAME, 'CREATE_COMPLETE', OURS);
    stacks.put(`${NAME}-ng1`, 'CREATE_COMPLETE', OURS);
    account.vpcId = 'vpc-1';
    account.interfaces = [detachedInterface({ id: 'eni-1', description: 'aws-K8S-i-1' })];
    account.calls = stacks.calls;
    const report = await destroy();
    const order = stacks.calls.filter((call) => /^(deleteStack|remove)/.test(call));
    expect(order).toEqual([`deleteStack ${NAME}-ng1`, 'remove eni-1', `deleteStack ${NAME}`]);
    expect(report?.notes).toContain('Removed what the cluster left in vpc-1: eni-1.');
  });

  it('is swept when it blocks the deletion, which is then tried again', async () => {
    const { account, stacks, destroy } = world();
    stacks.put(NAME, 'CREATE_COMPLETE', OURS);
    stacks.scripts.set(`delete ${NAME}`, DELETE_FAILED);
    account.vpcId = 'vpc-1';
    const tags = { [`kubernetes.io/cluster/${NAME}`]: 'owned' };
    account.groups = [{ id: 'sg-1', name: 'eks-cluster-sg', tags }];
    account.onRemoved = () => void stacks.scripts.delete(`delete ${NAME}`);
    const report = await destroy();
    expect(account.groups).toEqual([]);
    expect(report?.stacks).toMatchObject([{ name: NAME, outcome: 'deleted' }]);
  });

  it('is named when it is not ours to remove', async () => {
    const { account, stacks, reports, destroy } = world();
    stacks.put(NAME, 'CREATE_COMPLETE', OURS);
    stacks.scripts.set(`delete ${NAME}`, DELETE_FAILED);
    account.vpcId = 'vpc-1';
    account.interfaces = [
      detachedInterface({
        id: 'eni-9',
        description: 'ELB app/web/1',
        status: 'in-use',
        attachedTo: 'amazon-elb',
      }),
    ];
    await expect(destroy()).rejects.toThrow(
      'Still in vpc-1: eni-9 (ELB app/web/1, in-use, attached to amazon-elb)',
    );
    expect(reports[0]?.stacks).toMatchObject([{ name: NAME, outcome: 'failed' }]);
    expect(stacks.calls.filter((call) => call === `deleteStack ${NAME}`)).toHaveLength(2);
  });
});

describe('an environment of another repository', () => {
  const theirs = { tags: { ...OURS.tags, 'eks-multus:repository': 'o/other' } };

  it('stays when a pull request with the same number closes', async () => {
    const { stacks, destroy } = world('12');
    stacks.put(NAME, 'CREATE_COMPLETE', theirs);
    await expect(destroy()).rejects.toThrow(
      /belongs to the repository o\/other.*#12 of o\/r\nNext step: .*name-prefix/,
    );
    expect(deletions(stacks)).toEqual([]);
  });

  it('is destroyed by a run that somebody starts by hand', async () => {
    const { stacks, destroy } = world();
    stacks.put(NAME, 'CREATE_COMPLETE', theirs);
    await destroy();
    expect(deletions(stacks)).toEqual([NAME]);
  });
});

describe('a node group that a deploy creates in the meantime', () => {
  const LATE = `${NAME}-ng1`;

  it('is removed before the infra stack', async () => {
    const { stacks, destroy } = world();
    stacks.put(NAME, 'CREATE_COMPLETE', OURS);
    stacks.put(LATE, 'CREATE_COMPLETE', OURS);
    const again = once(() => stacks.put(LATE, 'CREATE_COMPLETE', OURS));
    stacks.onCall = () => {
      if (stacks.calls.includes(`deleteStack ${LATE}`)) again();
    };
    const report = await destroy();
    expect(deletions(stacks)).toEqual([LATE, LATE, NAME]);
    expect(report?.notes).toContain(`${LATE} was created in the meantime and is removed, too.`);
    expect(await stacks.list()).toEqual([]);
  });

  it('is removed when it blocks the infra stack, whose deletion is then tried again', async () => {
    const { account, stacks, destroy } = world();
    stacks.put(NAME, 'CREATE_COMPLETE', OURS);
    stacks.scripts.set(`delete ${NAME}`, DELETE_FAILED);
    account.vpcId = 'vpc-1';
    const late = once(() => stacks.put(LATE, 'CREATE_COMPLETE', OURS));
    stacks.onCall = () => {
      if (stacks.calls.includes(`deleteStack ${NAME}`)) late();
      if (stacks.calls.includes(`deleteStack ${LATE}`)) stacks.scripts.delete(`delete ${NAME}`);
    };
    await destroy();
    expect(deletions(stacks)).toEqual([NAME, LATE, NAME]);
    expect(await stacks.list()).toEqual([]);
  });
});

/** The stacks that were deleted, in order. */
function deletions({ calls }: FakeStacks): readonly string[] {
  return calls.flatMap((call) => /^deleteStack (.*)/.exec(call)?.[1] ?? []);
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

describe('stacks', () => {
  it('of somebody else are not touched, nor are the logs of their cluster', async () => {
    const { account, stacks, destroy } = world();
    stacks.put(NAME, 'CREATE_COMPLETE', { tags: { owner: 'somebody' } });
    account.logGroups.add(NAME);
    const report = await destroy();
    expect((await stacks.list()).map(({ name }) => name)).toEqual([NAME]);
    expect(account.logGroups.has(NAME)).toBe(true);
    expect(report?.notes).toEqual([
      `Stack ${NAME} is not touched: it lacks this environment's tag.`,
    ]);
  });

  it('that are empty and without tags are removed when their change set is ours', async () => {
    const { account, stacks, destroy } = world();
    stacks.put(`${NAME}-other`, 'REVIEW_IN_PROGRESS');
    account.plannedTags = OURS.tags;
    await destroy();
    expect(await stacks.list()).toEqual([]);
  });

  it('that are empty and belong to another environment stay', async () => {
    const { account, stacks, destroy } = world();
    stacks.put(`${NAME}-two`, 'REVIEW_IN_PROGRESS');
    account.plannedTags = { 'eks-multus:environment': `${NAME}-two` };
    await destroy();
    expect((await stacks.list()).map(({ name }) => name)).toEqual([`${NAME}-two`]);
  });
});

describe("the log group of the cluster's control plane", () => {
  it('is removed when EKS has created it again', async () => {
    const { account, stacks, destroy } = world();
    stacks.put(NAME, 'CREATE_COMPLETE', OURS);
    account.logGroups.add(NAME);
    await destroy();
    expect(account.logGroups.size).toBe(0);
  });

  it('is removed by the next run after an interrupted one', async () => {
    const { account, staging, destroy } = world();
    await staging.stage(BUCKET, `${NAME}/1/attach-enis.zip`, new Uint8Array(), LATER);
    account.logGroups.add(NAME);
    await destroy();
    expect(account.logGroups.size).toBe(0);
    expect(staging.objects.size).toBe(0);
  });

  it('stays when the environment never existed, or its cluster still does', async () => {
    const { account, staging, destroy } = world();
    account.logGroups.add(NAME);
    await destroy();
    await staging.stage(BUCKET, `${NAME}/1/attach-enis.zip`, new Uint8Array(), LATER);
    account.clusters.add(NAME);
    await destroy();
    expect(account.logGroups.has(NAME)).toBe(true);
  });
});

describe('the end state', () => {
  it('is listed', async () => {
    const { stacks, destroy } = world();
    stacks.put(NAME, 'ROLLBACK_COMPLETE', OURS);
    const report = await destroy();
    expect(report && reportMarkdown(report)).toContain('| Stacks | 0 |  |');
  });

  it('fails the run when something is left, but not for what EC2 only still lists', async () => {
    const { account, reports, destroy } = world();
    account.tagged = ['vol-1', 'i-1', 'nat-1'];
    await expect(destroy()).rejects.toThrow(
      `environment ${NAME}: something is left: EC2 resources tagged eks-multus:environment=${NAME}: vol-1\n`,
    );
    expect(reports[0]?.endState).toMatchObject([{}, { found: ['vol-1'] }, {}]);
  });
});
