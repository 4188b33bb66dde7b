import type { Template } from './template.ts';

/** IAM resource types, with the property that sets a custom name. */
const IAM_NAMES: Readonly<Record<string, string | undefined>> = {
  'AWS::IAM::AccessKey': undefined,
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserToGroupAddition': undefined,
};

export interface NeededCapabilities {
  /** Empty, `CAPABILITY_IAM`, or `CAPABILITY_NAMED_IAM`, which includes the former. */
  readonly capabilities: readonly string[];
  readonly types: readonly string[];
}

/** The capabilities that a caller must acknowledge for a template. */
export function neededCapabilities(template: Template): NeededCapabilities {
  const iam = Object.values(template.resources).filter(({ type }) =>
    Object.hasOwn(IAM_NAMES, type),
  );
  const named = iam.some(({ type, properties }) => {
    const name = IAM_NAMES[type];
    return name !== undefined && properties[name] !== undefined;
  });
  const types = [...new Set(iam.map(({ type }) => type))];
  if (types.length === 0) return { capabilities: [], types };
  return { capabilities: [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'], types };
}

/** The required capabilities that the caller did not acknowledge. */
export function missingCapabilities(
  { capabilities }: NeededCapabilities,
  given: readonly string[],
): readonly string[] {
  const all = given.includes('CAPABILITY_NAMED_IAM') ? [...given, 'CAPABILITY_IAM'] : given;
  return capabilities.filter((capability) => !all.includes(capability));
}
