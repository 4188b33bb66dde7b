import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlannedFailure } from '../../stand-ins/aws/faults/switches.ts';
import type { Adaptation } from '../../stand-ins/github/repositories.ts';
import { BUSYBOX_IMAGE } from '../../stand-ins/instance/image/container-images.ts';
import type { ToolSet } from '../../tools/install/tool-sets.ts';
import { ACCOUNT, REGION } from '../account-view.ts';
import type { ScenarioName } from './scenario-names.ts';

/** The environment of the examples that people make by hand. Previews share its cluster. */
export const ENVIRONMENT = 'eks-multus-lab';
/** The pull request whose preview fails, by its number. */
export const FAILING = 74;

/** What is there before a scenario begins. */
interface SetUp {
  /** Tools beside those of all rehearsals. */
  readonly needs?: readonly ToolSet[];
  /** What CloudFormation fails on purpose. */
  readonly failures?: readonly PlannedFailure[];
  /** Whether jobs of the user's own have a role: that of `cfn/github-users.yaml`. */
  readonly hasUsers?: boolean;
  /** Inputs of the previews that are not those of the example. */
  readonly previews: Readonly<Record<string, string>>;
  /** What the user's repository has that others have not. */
  readonly repository?: Partial<Adaptation>;
}

/** All VPCs of a rehearsal share one network, so their ranges must differ. */
const OWN_CLUSTER = { 'vpc-cidr': '10.${{ github.event.number }}.0.0/16', 'max-previews': '2' };

/** A job of the user's own, which uses all outputs of `preview.yml`. */
const USES_OUTPUTS = `
  outputs:
    name: Outputs
    needs: preview
    if: \${{ needs.preview.outputs.deployed == 'true' }}
    runs-on: ubuntu-latest
    permissions: {}
    steps:
      - env:
          RESULT: \${{ needs.preview.outputs.result }}
          CLUSTER: \${{ needs.preview.outputs.cluster-name }}
          NAMESPACE: \${{ needs.preview.outputs.namespace }}
          REPORT: \${{ needs.preview.outputs.report-url }}
        run: echo "result $RESULT, cluster $CLUSTER, namespace $NAMESPACE, report $REPORT"
`;

const SET_UPS: Readonly<Partial<Record<ScenarioName, Partial<SetUp>>>> = {
  newcomer: { repository: { fresh: true, variables: {} } },
  reap: { previews: { ...OWN_CLUSTER, 'expiry-guard': "'true'" } },
  'label-on-base': { previews: { 'base-environment': ENVIRONMENT, 'max-previews': '2' } },
  'preview-on-base': {
    needs: ['helm'],
    hasUsers: true,
    failures: [
      {
        what: 'AWS::AutoScaling::AutoScalingGroup',
        stackName: `eks-multus-pr-${FAILING}-ng1`,
        operation: 'create',
        times: 1,
        message:
          'Group did not stabilize. Last scaling activity: You have requested more vCPU capacity than your current vCPU limit of 5 allows for the instance bucket that the specified instance type belongs to. Launching EC2 instance failed.',
      },
    ],
    previews: {
      'base-environment': ENVIRONMENT,
      'max-previews': '2',
      drafts: "'false'",
      paths: 'deploy/**',
    },
    repository: {
      previewsBy: 'tested-preview.yml',
      more: { 'tested-preview.yml': USES_OUTPUTS },
      files: chartOfTheUser(),
    },
  },
};

/** What is there before a scenario begins; nothing special where no scenario is named. */
export function setUpOf(name: ScenarioName | undefined): SetUp {
  return { previews: OWN_CLUSTER, ...(name && SET_UPS[name]) };
}

/** The repository's variables, as `scripts/setup.sh` writes them. */
const VARIABLES = {
  EKS_MULTUS_REGION: REGION,
  EKS_MULTUS_DEPLOYER_ROLE: `arn:aws:iam::${ACCOUNT}:role/eks-multus-deployer`,
  EKS_MULTUS_CLOUDFORMATION_ROLE: `arn:aws:iam::${ACCOUNT}:role/eks-multus-cloudformation`,
};

/** The user's repository of a scenario: the values that a user writes into the examples. */
export function adaptationOf(name: ScenarioName): Adaptation {
  const { hasUsers = false, previews, repository } = setUpOf(name);
  const role = `arn:aws:iam::${ACCOUNT}:role/eks-multus-user`;
  const ofUsers = hasUsers ? { EKS_MULTUS_USER_ROLE: role, EKS_MULTUS_ADMINS: role } : {};
  return {
    account: ACCOUNT,
    variables: { ...VARIABLES, ...ofUsers },
    inputs: {
      'preview.yml': previews,
      'provision.yml': { 'plan-environment': 'eks-multus-unattended' },
    },
    ...repository,
  };
}

/** A Helm chart in the folder `deploy`, whose image the nodes have. */
function chartOfTheUser(): Readonly<Record<string, string>> {
  const folder = join(import.meta.dirname, '..', 'chart');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name));
  const text = (path: string) =>
    readFileSync(path, 'utf8').replace('image: ""', `image: ${BUSYBOX_IMAGE}`);
  return Object.fromEntries(
    paths.map((path) => [join('deploy', path.slice(folder.length + 1)), text(path)]),
  );
}
