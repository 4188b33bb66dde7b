import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { InputError } from '../core/errors.ts';
import { readInputs, yaml } from '../github/inputs.ts';
import { describeAttachment } from './attachment.ts';
import { networkSpecsSchema } from './network-spec.ts';
import { planAttachments } from './plan-attachments.ts';
import { badNetworks, goodNetworks } from './testing/network-inputs.ts';

const schema = z.object({ networks: yaml(networkSpecsSchema, 'a YAML list of networks') });

/** What becomes of the input, in words: the networks, or everything that is wrong. */
function outcomeOf(text: string): string {
  try {
    const { networks } = readInputs(schema, () => text);
    const plan = planAttachments(networks, labEnvironment(), 'default');
    if ('attachments' in plan) return plan.attachments.map(describeAttachment).join('; ');
    return plan.problems.map(({ place, allowed }) => `${place}: ${allowed}`).join('\n');
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ allowed }) => allowed).join('\n');
    throw error;
  }
}

describe('networks that work', () => {
  it.each(goodNetworks)('%s', (_name, text, words) => {
    expect(outcomeOf(text)).toBe(words);
  });
});

describe('networks that cannot work', () => {
  it.each(badNetworks)('%s', (_name, text, words) => {
    expect(outcomeOf(text)).toMatch(words);
  });
});
