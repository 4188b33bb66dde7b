import type { Permissions, PolicyDocument } from '../../stand-ins/aws/authorization/simulate.ts';

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statements of a policy. The templates have lists of them. */
export function statementsOf(policy: PolicyDocument): readonly Statement[] {
  return (policy as { readonly Statement: readonly Statement[] }).Statement;
}

/** The actions that a role's statements allow: those about one resource, or all. */
export function allowedActions({ policies }: Permissions, resource?: string): readonly string[] {
  return policies
    .flatMap(statementsOf)
    .filter(({ Effect }) => Effect === 'Allow')
    .filter(({ Resource }) => resource === undefined || Resource === resource)
    .flatMap(({ Action }) => Action);
}
