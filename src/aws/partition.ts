/** The partitions of AWS by the beginnings of their regions' names; every other region is in `aws`. From botocore's `partitions.json`. */
const PARTITIONS: readonly (readonly [region: RegExp, partition: string])[] = [
  [/^cn-/, 'aws-cn'],
  [/^us-gov-/, 'aws-us-gov'],
  [/^us-iso-/, 'aws-iso'],
  [/^us-isob-/, 'aws-iso-b'],
  [/^eu-isoe-/, 'aws-iso-e'],
  [/^us-isof-/, 'aws-iso-f'],
  [/^eusc-/, 'aws-eusc'],
];

/** The partition of a region, which is part of every ARN: `aws-cn` for `cn-north-1`. */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([regions]) => regions.test(region))?.[1] ?? 'aws';
}
