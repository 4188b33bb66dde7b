import { type InputSource, readInputs } from '../github/inputs.ts';
import { checkInputs } from './check-inputs.ts';
import { defaultNodeGroups, inputSchema } from './fields.ts';

export { inputSchema } from './fields.ts';

const checkedSchema = inputSchema.superRefine(
  (inputs, context) => {
    const bad = new Set(context.issues.map((issue) => String(issue.path?.[0])));
    for (const { path, message } of checkInputs(inputs, bad)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  },
  // Also when single fields are wrong, so that a run reports everything at once.
  { when: () => true },
);

export type ProvisionInputs = ReturnType<typeof readProvisionInputs>;

/**
 * The action's inputs.
 *
 * @throws InputError that names everything that is wrong with them.
 */
export function readProvisionInputs(source?: InputSource) {
  const inputs = readInputs(checkedSchema, source);
  const zones = inputs['availability-zones'] ?? [];
  return {
    ...inputs,
    'availability-zones': zones,
    'node-groups': inputs['node-groups'] ?? defaultNodeGroups(zones),
  };
}
