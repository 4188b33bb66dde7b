import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { Expectation } from '../../connectivity/evaluate/pairs.ts';
import { expectField } from '../../connectivity/expect-field.ts';
import { LAYOUTS, type Layout } from '../../connectivity/layout.ts';
import type { InputProblem } from '../../core/errors.ts';
import { flag, list, oneOf, yaml } from '../../github/inputs.ts';
import { multusImageField, whereaboutsImageField } from '../../images/image-fields.ts';
import { namespaceField } from '../../kubernetes/namespace-field.ts';
import { MODES } from '../../multus/install.ts';
import { networkItems, type ReadText } from '../../networks/network-items.ts';
import {
  type NetworkItem,
  networkListForm,
  networkSpecsSchema,
} from '../../networks/network-spec.ts';

/** The inputs of configure-multus and verify that decide whether these can succeed. They are checked and not used. */
export const laterFields = {
  'then-configure': flag().default(false),
  multus: oneOf(['present', 'absent']).default('present'),
  'multus-mode': oneOf(MODES).default('thick'),
  'multus-image': multusImageField(),
  'whereabouts-image': whereaboutsImageField(),
  networks: yaml(networkSpecsSchema, 'a YAML list of networks', networkListForm).optional(),
  'networks-files': list().optional(),
  namespace: namespaceField().optional(),
  layout: oneOf(LAYOUTS).optional(),
  expect: expectField().default([]),
};

type Raw = z.output<z.ZodObject<typeof laterFields>>;

/** What the steps after provision are asked for. */
export interface LaterInputs {
  readonly items: readonly NetworkItem[];
  /** Undefined: `default`, or the environment's own namespace on a base. */
  readonly namespace: string | undefined;
  /** Undefined: the layout that fits the networks. */
  readonly layout: Layout | undefined;
  readonly expectations: readonly Expectation[];
  readonly images: Pick<Raw, 'multus-mode' | 'multus-image' | 'whereabouts-image'>;
}

/**
 * What the steps after provision are asked for; undefined when none follow, or when they only remove Multus.
 *
 * @param required whether networks must be given
 */
export function laterInputs(
  raw: Raw,
  required: boolean,
  readText: ReadText = (path) => readFileSync(path, 'utf8'),
): { readonly later: LaterInputs | undefined; readonly problems: readonly InputProblem[] } {
  const given = raw.networks !== undefined || raw['networks-files'] !== undefined;
  if (!raw['then-configure'] || raw.multus === 'absent' || !(given || required)) {
    return { later: undefined, problems: [] };
  }
  const { items, problems } = networkItems(raw, readText);
  const { namespace, layout, expect: expectations } = raw;
  return { later: { items, namespace, layout, expectations, images: raw }, problems };
}
