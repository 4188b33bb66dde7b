import { mergeNodeRoles } from '../../src/aws-auth/map-roles.ts';
import { AWS_AUTH_SAMPLES } from '../../src/aws-auth/testing/aws-auth-samples.ts';
import { atMost, type Measurement, noted, percentile } from './measurement.ts';

/** As long as an aws-auth gets in practice, and as long as a ConfigMap allows. */
const ROWS = 100;
const MOST_ROWS = 2000;

/** Time to add one role to a long aws-auth: the first merge of this process, and the median of several. */
export function measureMerge(): readonly Measurement[] {
  const [first = Number.NaN, ...more] = mergeTimes(ROWS);
  const longest = mergeTimes(MOST_ROWS);
  return [
    noted(`aws-auth with ${ROWS} rows: first merge of a process`, first, 'ms'),
    atMost(`aws-auth with ${ROWS} rows: median of 10`, percentile(more, 0.5), 'ms', 50),
    // Parsing takes nearly all of this time. The text is parsed once.
    atMost(`aws-auth with ${MOST_ROWS} rows: median of 11`, percentile(longest, 0.5), 'ms', 200),
  ];
}

function mergeTimes(rows: number): readonly number[] {
  const sample = AWS_AUTH_SAMPLES['console'] ?? '';
  const text = Array.from({ length: rows / 2 }, (_, index) =>
    sample.replaceAll(':role/', `:role/team-${index}-`),
  ).join('');
  return Array.from({ length: 11 }, () => {
    const began = performance.now();
    const { added } = mergeNodeRoles(text, ['arn:aws:iam::111122223333:role/ng1']);
    if (added.length !== 1) throw new Error('the role was not added');
    return performance.now() - began;
  });
}
