import { ENVIRONMENT_LABEL } from '../../../../src/environment/shared-cluster.ts';
import type { WorkflowResult } from '../../../stand-ins/github/act-log.ts';
import type { PullRequest } from '../../../stand-ins/github/api/state.ts';
import type { Kubectl } from '../../facts.ts';
import type { Facts } from '../case-facts.ts';
import { previewName, stateComments } from '../preview-facts.ts';
import type { Scenario } from '../scenario.ts';

/** The outputs of `preview.yml`, as a job of the user's own prints them (set-up.ts). Pure. */
export function outputFacts(
  pull: PullRequest,
  [run]: readonly WorkflowResult[],
  cluster: string,
): Facts {
  const report = run?.outputs['artifact-url'];
  const line = `[Outputs] result ready, cluster ${cluster}, namespace ${previewName(pull)}, report ${report}`;
  return {
    'a job of the user uses deployed, result, cluster-name, namespace and report-url':
      report !== undefined && run?.log.split('\n').includes(line) === true,
  };
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: { readonly nodeSelector?: Readonly<Record<string, string>> };
  }[];
}

/** The chart of the user's repository (`dev/rehearsal/chart`), deployed into a preview on a base, and what the comment says of it. */
export async function applicationFacts(
  scenario: Scenario,
  pull: PullRequest,
  kubectl: Kubectl,
): Promise<Facts> {
  const name = previewName(pull);
  const get = (...what: readonly string[]) => kubectl('get', '--namespace', name, ...what);
  const releases = (await get('secrets', '--selector', 'owner=helm', '--output', 'name')).trim();
  const listed = await get('pods', '--selector', 'app=media-relay', '--output', 'json');
  const { items } = JSON.parse(listed) as Pods;
  const [pod] = items;
  const status = pod?.metadata.annotations?.['k8s.v1.cni.cncf.io/network-status'] ?? '';
  const [comment = ''] = stateComments(scenario, pull);
  const [row = 'none'] = /^\| Application \| .*$/m.exec(comment) ?? [];
  return {
    [`Helm's release: ${releases}`]: releases === 'secret/sh.helm.release.v1.application.v1',
    "its pod is for the preview's nodes only":
      items.length === 1 && pod?.spec.nodeSelector?.[ENVIRONMENT_LABEL] === name,
    "it is attached to the preview's network media": status.includes(`"${name}/media"`),
    [`the comment: ${row}`]: /✅ deployed and tested .*net1 inet 10\.0\./.test(row),
  };
}
