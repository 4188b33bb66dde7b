import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, it } from 'vitest';
import { packFile } from '../../core/pack-files.ts';
import { CHECKS } from '../evaluate/catalogue/catalogue.ts';
import { CAUSES } from '../evaluate/check.ts';
import { healthy, LAB_NETWORKS, LAB_PODS } from '../testing/lab-pods.ts';
import {
  clusterEvidence,
  faultyReport,
  hostileReport,
  reportOf,
} from '../testing/reported-clusters.ts';
import { makeReport } from './report.ts';
import { abridge } from './report-files.ts';

const text = readFileSync(packFile('docs', 'report-schema-v1.json'), 'utf8');
const schema: unknown = JSON.parse(text);

/** The schema with every object closed, so that a field which it does not describe is an error. */
const closed: unknown = JSON.parse(text, (_, value) =>
  value?.properties !== undefined && value.type === 'object'
    ? { ...value, additionalProperties: false }
    : value,
);

const context = {
  ...{ cluster: 'c', namespace: 'default', layout: 'lab' },
  ...{ startedAt: new Date(0), finishedAt: new Date(1) },
};
const size = { nodes: 2, podsOnEach: 2, maxPairs: 100 };
const reports = {
  lab: makeReport(context, { networks: LAB_NETWORKS, pods: healthy(LAB_PODS) }),
  'not Ready': makeReport(context, {
    networks: LAB_NETWORKS,
    pods: [{ name: 'a', networks: ['default/ipvlan-conf-1'], notReady: 'ErrImagePull' }],
    nodes: [{ name: 'n', trouble: { kind: 'multus-down', text: 'no' } }],
    expectations: [{ from: '*', to: '*', scope: 'same-node', talk: true }],
  }),
  empty: makeReport(context, { networks: [], pods: [] }),
  matrix: reportOf(clusterEvidence(size), 100),
  faulty: faultyReport(),
  hostile: hostileReport(),
  abridged: abridge(faultyReport(), 1000),
};

function validator(of: unknown) {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
  });
  addFormats.default(ajv);
  return ajv.compile(of as object);
}

it.each(Object.entries(reports))('describes every field of a report: %s', (_, report) => {
  const validate = validator(closed);
  validate(JSON.parse(JSON.stringify(report)));
  expect(validate.errors).toBeNull();
});

it('allows unknown fields, and rejects wrong values', () => {
  const validate = validator(schema);
  expect(validate({ ...reports.lab, colour: 'red' })).toBe(true);
  expect(validate({ ...reports.lab, schema: 2 })).toBe(false);
  expect(validate({ ...reports.lab, result: 'perhaps' })).toBe(false);
  const [check] = reports.faulty.checks.filter(({ outcome }) => outcome === 'failed');
  const { nextStep, ...without } = check ?? {};
  expect(nextStep).toBeDefined();
  expect(validate({ ...reports.lab, checks: [without] })).toBe(false);
});

it('names every check and every cause', () => {
  for (const word of [...CHECKS, ...CAUSES]) expect(text).toContain(word);
});
