import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import { IS_REPLACED } from '../relied-on.ts';
import { documented, localstack } from '../sources.ts';

const CHANGE_SETS = localstack('cloudformation/api/test_changesets');

/** Which changes a change set lists. */
export const CHANGE_FACTS: readonly Fact[] = [
  {
    id: 'changes-of-update',
    call: 'DescribeChangeSet',
    when: 'an update adds, modifies, replaces and removes resources',
    answer: {
      output: {
        Changes: [
          { ResourceChange: { Action: 'Add', LogicalResourceId: 'Added', Replacement: undefined } },
          {
            ResourceChange: {
              Action: 'Modify',
              LogicalResourceId: 'Modified',
              Replacement: 'False',
              PolicyAction: undefined,
            },
          },
          {
            ResourceChange: {
              Action: 'Remove',
              LogicalResourceId: 'Removed',
              PolicyAction: 'Delete',
            },
          },
          {
            ResourceChange: {
              Action: 'Modify',
              LogicalResourceId: 'Replaced',
              Replacement: 'True',
              PolicyAction: 'ReplaceAndDelete',
            },
          },
        ],
      },
    },
    source: `${CHANGE_SETS} and 430 change sets of the same folder`,
    kind: 'recording',
    reliedOnBy: relied({ [IS_REPLACED]: 'Replaced' }),
    standIn: 'same',
  },
  {
    id: 'change-by-parameter',
    call: 'DescribeChangeSet',
    when: 'the value of a parameter changes: the property has two details',
    answer: {
      output: {
        Changes: [
          {
            ResourceChange: {
              Details: [
                {
                  Target: { Attribute: 'Properties', Name: '…', RequiresRecreation: 'Never' },
                  Evaluation: 'Static',
                  ChangeSource: 'ParameterReference',
                  CausingEntity: '…',
                },
                {
                  Target: { Attribute: 'Properties', Name: '…', RequiresRecreation: 'Never' },
                  Evaluation: 'Dynamic',
                  ChangeSource: 'DirectModification',
                },
              ],
            },
          },
        ],
      },
    },
    source: localstack('cloudformation/test_change_sets'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'change-by-attribute',
    call: 'DescribeChangeSet',
    when: 'a resource changes in place, and its attribute is in a property that replaces another resource: it may be replaced, also when the attribute cannot change',
    answer: {
      output: {
        Changes: [
          {
            ResourceChange: {
              Action: 'Modify',
              LogicalResourceId: 'Named',
              ResourceType: 'AWS::Logs::LogGroup',
              Replacement: 'Conditional',
              Details: [
                {
                  Target: {
                    Attribute: 'Properties',
                    Name: 'LogGroupName',
                    RequiresRecreation: 'Always',
                  },
                  Evaluation: 'Dynamic',
                  ChangeSource: 'ResourceAttribute',
                  CausingEntity: 'Role.RoleId',
                },
              ],
            },
          },
          {
            ResourceChange: {
              Action: 'Modify',
              LogicalResourceId: 'Role',
              ResourceType: 'AWS::IAM::Role',
              Replacement: 'False',
            },
          },
        ],
      },
    },
    source: `${localstack('cloudformation/test_change_set_fn_get_attr')} for the detail, ${documented('AWSCloudFormation/latest/APIReference/API_ResourceChange.html')} for what follows from it`,
    kind: 'documentation',
    reliedOnBy: relied({ [IS_REPLACED]: '' }),
    standIn: 'same',
  },
  {
    id: 'change-of-tags',
    call: 'DescribeChangeSet',
    when: 'the own tags of a resource change: they count as a property',
    answer: {
      output: {
        Changes: [
          {
            ResourceChange: {
              Scope: ['Properties'],
              Details: [{ Target: { Attribute: 'Properties', Name: 'Tags' } }],
            },
          },
        ],
      },
    },
    source: `${localstack('cloudformation/resources/test_ec2')} and others of the same folder`,
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'changes-in-order',
    call: 'DescribeChangeSet',
    when: 'there are several changes: they are ordered by logical id, whatever depends on what',
    answer: {
      output: {
        Changes: [
          { ResourceChange: { LogicalResourceId: 'A' } },
          { ResourceChange: { LogicalResourceId: 'B' } },
        ],
      },
    },
    source: localstack('cloudformation/test_change_sets'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
];
