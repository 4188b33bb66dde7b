import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { expect, it } from 'vitest';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { commentMarkdown, expectedTime } from './comment.ts';

const facts = {
  environment: 'pr-7',
  state: 'ready',
  runUrl: 'https://github.test/run',
  exists: true,
};

it('a preview on a shared cluster says whose cluster it is, and which namespace it has', () => {
  const shared = { base: 'eks-multus-cluster', namespace: 'pr-7' };
  const described = { ...labEnvironment(), name: 'pr-7', shared };
  const text = commentMarkdown({ ...facts, described });
  expect(text).toContain('shared: it belongs to eks-multus-cluster |');
  expect(text).toContain('| Namespace | `pr-7` |');
});

it('a preview with its own cluster mentions neither', () => {
  const text = commentMarkdown({ ...facts, described: labEnvironment() });
  expect(text).not.toMatch(/shared|Namespace/);
});

it('names an entry of node-groups once, with its nodes in each zone', () => {
  const [group] = labEnvironment().nodeGroups;
  if (group === undefined) throw new Error('the lab has a group');
  const of = (letter: string) => ({
    ...group,
    name: `workers-${letter}`,
    entry: 'workers',
    zone: `ap-northeast-2${letter}`,
  });
  const described = { ...labEnvironment(), nodeGroups: [group, of('a'), of('b')] };
  expect(commentMarkdown({ ...facts, described })).toContain(
    '| Nodes | ng1: 2 in ap-northeast-2a<br>workers: 2 in ap-northeast-2a, 2 in ap-northeast-2b |',
  );
});

it('tells how to connect only those whom the cluster lets in', () => {
  const command = '`aws eks update-kubeconfig --region ap-northeast-2 --name eks-multus-cluster`';
  const described = labEnvironment();
  const sso = 'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_1a2b';
  const administrators = [`arn:aws:iam::111122223333:role/${sso}`];
  const toConnect = (more: object) =>
    commentMarkdown({ ...facts, described, ...more })
      .split('\n')
      .find((line) => line.startsWith('| To connect'));
  expect(toConnect({})).toContain('`admin-role-arns` lets people in');
  expect(toConnect({})).not.toContain('update-kubeconfig');
  expect(toConnect({ administrators })).toContain(command);
  expect(toConnect({ administrators })).toMatch(/as AWSReservedSSO\\?_Ops\\?_1a2b:/);
  expect(toConnect({ administrators })).not.toContain('111122223333');
  const shared = { base: 'eks-multus-lab', namespace: 'pr-7' };
  expect(toConnect({ described: { ...described, shared } })).toContain(
    `as an administrator of \`eks-multus-lab\`: ${command}`,
  );
});

it('shows nothing of a hostile report or plan as a link, an image or a mention', () => {
  const evil = '[x](https://evil.example) ![i](//evil.example/i.png) @octocat <b>|#1\n# h';
  const text = commentMarkdown({
    ...facts,
    reason: evil,
    verdict: { result: 'failed', passed: 1, failed: 1, failure: evil, reportUrl: facts.runUrl },
    plan: [
      {
        stack: evil,
        action: 'update',
        changes: [{ action: evil, logicalId: evil, type: evil, replacement: evil }],
      },
    ],
  });
  const html = micromark(text, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  });
  const targets = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, to]) => to);
  expect(targets).toEqual([facts.runUrl, facts.runUrl]);
  expect(html).not.toMatch(/<b>|<img|@octocat|#1|<h1/);
});

it.each([
  [undefined, undefined],
  [[{ stack: 'pr-7', action: 'create' }], /quarter of an hour/],
  [[{ stack: 'pr-7-ng1', action: 'create' }], /five minutes/],
  [
    [
      { stack: 'pr-7', action: 'none' },
      { stack: 'pr-7-ng1', action: 'update' },
    ],
    /if nodes are replaced/,
  ],
  [[{ stack: 'pr-7', action: 'none' }], /nothing changes/],
  [
    [
      { stack: 'pr-7', action: 'none' },
      { stack: 'pr-7-Guard', action: 'update' },
    ],
    /nothing changes/,
  ],
])('says how long %j takes', (plan, expected) => {
  const said = expectedTime('pr-7', plan);
  if (expected === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(expected);
});
