import { ENVIRONMENT_TAG } from '../../../environment/tags.ts';
import { known } from '../facts.ts';
import type { SetUp } from '../set-up.ts';
import { type Check, type Finding, problem } from './finding.ts';

export const checkNames: Check = {
  name: 'Names',
  needs: ['clusters'],
  find: (setUp, facts) => [...stackNames(setUp), ...clusterName(setUp, known(facts.clusters))],
};

/** `a` with group `b-c` and `a-b` with group `c` have the same stack. */
function stackNames({ inputs, groups, stacks }: SetUp): readonly Finding[] {
  const wanted = [
    ...(inputs.base === undefined ? [inputs.environment] : []),
    ...groups.map(({ stackName }) => stackName),
  ];
  const foreign = stacks.filter(
    ({ name, tags, status }) =>
      wanted.includes(name) &&
      tags[ENVIRONMENT_TAG] !== inputs.environment &&
      // A stack in which nothing was executed has no tags yet.
      status !== 'REVIEW_IN_PROGRESS',
  );
  return foreign.map(({ name, tags }) => {
    const owner = tags[ENVIRONMENT_TAG];
    const whose =
      owner === undefined ? 'was not made by this pack' : `belongs to environment ${owner}`;
    return problem(
      `the stack ${name} ${whose}`,
      'choose another environment, or another name of the node group',
    );
  });
}

/**
 * A cluster may be that of a stack with the environment's name in any status: one that failed and is made anew, or one
 * that was just executed, which CloudFormation for a moment still shows as REVIEW_IN_PROGRESS.
 */
function clusterName(
  { inputs, stacks }: SetUp,
  clusters: readonly string[] | undefined,
): readonly Finding[] {
  const { base, environment } = inputs;
  const ours = base !== undefined || stacks.some(({ name }) => name === environment);
  if (ours || !clusters?.includes(environment)) return [];
  return [
    problem(
      `environment: EKS has a cluster ${environment} already, which this pack did not make`,
      'choose another environment, or delete that cluster first',
    ),
  ];
}

export const checkKeyPair: Check = {
  name: 'Key pair',
  needs: ['keyPair'],
  find: ({ inputs }, facts) =>
    known(facts.keyPair) === false
      ? [
          problem(
            `key-name: EC2 in ${inputs.region} has no key pair ${inputs.keyName}`,
            'leave it out, as Session Manager gives a shell without one, or make the key pair in this region',
          ),
        ]
      : [],
};
