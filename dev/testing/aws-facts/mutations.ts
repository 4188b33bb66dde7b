/** A fault that the product had, as a change that puts it back. */
export interface Mutation {
  /** What AWS does that the product did not know. */
  readonly fault: string;
  readonly file: string;
  /** What to find in the file, exactly once, and what to put in its place. */
  readonly changes: readonly (readonly [find: string, replace: string])[];
  readonly project: 'unit' | 'integration';
  /** The file of tests of which one must fail. */
  readonly test: string;
}

const FACTS = { project: 'unit', test: 'dev/testing/aws-facts/aws-facts.test.ts' } as const;
const DEPLOY = { project: 'unit', test: 'src/cloudformation/deploy-stack.test.ts' } as const;
const STACKS = {
  project: 'integration',
  test: 'src/cloudformation/as-aws-is.integration.test.ts',
} as const;

/** The eleven faults that the stand-in hid until its answers were compared with those of AWS. */
export const MUTATIONS: readonly Mutation[] = [
  {
    fault: 'after a failed update that was kept, the same template is an empty change set',
    file: 'src/cloudformation/deploy-stack.ts',
    changes: [["goesOn && done?.outcome === 'unchanged'", 'false']],
    ...DEPLOY,
  },
  {
    fault: 'UPDATE_FAILED accepts no update with rollback',
    file: 'src/cloudformation/stack-status.ts',
    changes: [["UPDATE_FAILED: { deploy: 'roll-back'", "UPDATE_FAILED: { deploy: 'update'"]],
    ...DEPLOY,
  },
  {
    fault: 'nothing is replaced while rollback is disabled',
    file: 'src/cloudformation/refused-changes.ts',
    changes: [['changes.find(isReplaced)', 'undefined as Change | undefined']],
    ...DEPLOY,
  },
  {
    fault: 'a rollback is an operation of its own, and DescribeEvents tells the latest only',
    file: 'src/cloudformation/sdk-stack-api.ts',
    changes: [
      [
        'of paginateDescribeStackEvents({ client }, { StackName',
        'of paginateDescribeEvents({ client }, { StackName',
      ],
      ['of page.StackEvents ?? []', 'of page.OperationEvents ?? []'],
    ],
    ...STACKS,
  },
  {
    fault: 'DescribeStacks may say REVIEW_IN_PROGRESS after an execution',
    file: 'src/cloudformation/follow.ts',
    changes: [[" && status !== 'REVIEW_IN_PROGRESS';", ';']],
    ...FACTS,
  },
  {
    fault: 'validations that only warn stand beside those that fail',
    file: 'src/cloudformation/sdk-stack-api.ts',
    changes: [[" && event.ValidationFailureMode !== 'WARN'", '']],
    ...FACTS,
  },
  {
    fault: 'the reason of a hook that refuses is in an event of its own',
    file: 'src/cloudformation/sdk-stack-api.ts',
    changes: [["event.EventType === 'HOOK_INVOCATION_ERROR'", 'false']],
    ...FACTS,
  },
  {
    fault: 'a change set is deleted in the background',
    file: 'src/cloudformation/answers.ts',
    changes: [["status?.startsWith('DELETE_') ?? false", "status === 'DELETE_COMPLETE'"]],
    ...FACTS,
  },
  {
    fault: 'a group without CreationPolicy gets no signals, so it fails with other words',
    file: 'docs/troubleshooting.md',
    changes: [['`did not stabilize`', '`Received 0 SUCCESS signal(s)`']],
    ...FACTS,
  },
  {
    fault: 'S3 answers to the signature of a wrong region with 400, too',
    file: 'src/aws/staging-bucket.ts',
    changes: [['|AuthorizationHeaderMalformed', '']],
    ...FACTS,
  },
  {
    fault: 'S3 answers to a HEAD without a code, also when the session has ended',
    file: 'src/aws/staging-bucket.ts',
    changes: [
      ['  GetBucketTaggingCommand,\n', '  HeadBucketCommand as GetBucketTaggingCommand,\n'],
    ],
    ...FACTS,
  },
];

/** A file's text with the fault in it. Throws unless each text that the mutation changes is there once. */
export function mutated(text: string, { file, changes }: Mutation): string {
  return changes.reduce((before, [find, replace]) => {
    if (before.split(find).length !== 2) throw new Error(`${file} does not have once: ${find}`);
    return before.replace(find, () => replace);
  }, text);
}
