import { mergeNodeRoles } from '../../src/aws-auth/map-roles.ts';
import { AWS_AUTH_SAMPLES } from '../../src/aws-auth/testing/aws-auth-samples.ts';
import { atMost, type Measurement, noted, percentile } from './measurement.ts';

const ROWS = 2000;

/** Adds one role to a long aws-auth: the first merge of this process, and the median of several. */
export function measureMerge(): readonly Measurement[] {
  const row = AWS_AUTH_SAMPLES['console'] ?? '';
  const text = Array.from({ length: ROWS / 2 }, (_, index) =>
    row.replaceAll(':role/', `:role/team-${index}-`),
  ).join('');
  const times: number[] = [];
  for (let round = 0; round < 11; round += 1) {
    const began = performance.now();
    const { added } = mergeNodeRoles(text, ['arn:aws:iam::111122223333:role/ng1']);
    times.push(performance.now() - began);
    if (added.length !== 1) throw new Error('the role was not added');
  }
  return [
    noted(`aws-auth with ${ROWS} rows: first merge of a process`, times[0] ?? Number.NaN, 'ms'),
    atMost(`aws-auth with ${ROWS} rows: median of 11`, percentile(times, 0.5), 'ms', 50),
  ];
}
