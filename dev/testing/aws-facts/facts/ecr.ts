import { type Fact, relied } from '../fact.ts';
import { ECR_DIGEST } from '../relied-on.ts';
import { issue } from '../sources.ts';

/** What ECR answers about images. */
export const ECR_FACTS: readonly Fact[] = [
  {
    id: 'image-unknown',
    call: 'DescribeImages',
    when: 'the repository has no image with this tag',
    answer: {
      code: 'ImageNotFoundException',
      status: 400,
      message:
        "The image with imageId {imageDigest:'null', imageTag:'…'} does not exist within the repository with name '…' in the registry with id '…'",
    },
    source: issue('hashicorp/terraform-provider-aws#35268'),
    kind: 'report',
    reliedOnBy: relied({ [ECR_DIGEST]: 'no such image' }),
    standIn: 'same',
  },
  {
    id: 'repository-unknown',
    call: 'DescribeImages',
    when: 'the registry has no such repository',
    answer: {
      code: 'RepositoryNotFoundException',
      status: 400,
      message: "The repository with name '…' does not exist in the registry with id '…'",
    },
    source: issue('turbot/steampipe-plugin-aws#1938', 'awslabs/aws-orbit-workbench#720'),
    kind: 'report',
    reliedOnBy: relied({ [ECR_DIGEST]: 'no such image' }),
    standIn: 'same',
  },
];
