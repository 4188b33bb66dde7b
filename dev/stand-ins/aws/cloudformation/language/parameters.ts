import type { ParameterDeclaration, Template } from './template.ts';
import { TemplateError, type Value } from './value.ts';

/** One parameter of a request. */
export interface GivenParameter {
  readonly key: string;
  readonly value?: string;
  readonly usePrevious: boolean;
}

type Declarations = Template['parameters'];
type Texts = Readonly<Record<string, string>>;

const SSM = /^AWS::SSM::Parameter::Value<(.+)>$/;

/**
 * The text of every declared parameter: the given value, the previous value on request, or the default.
 * Throws `TemplateError` for unknown and missing parameters and for values that violate a constraint.
 */
export function parameterTexts(
  declarations: Declarations,
  given: readonly GivenParameter[],
  previous: Texts | undefined,
): Texts {
  const unknown = given.filter(({ key }) => declarations[key] === undefined);
  if (unknown.length > 0) {
    throw new TemplateError(
      `Parameters: [${unknown.map(({ key }) => key).join(', ')}] do not exist in the template`,
    );
  }
  const chosen = Object.fromEntries(given.map((one) => [one.key, pick(one, previous)]));
  const texts = Object.entries(declarations).map(
    ([key, declared]) => [key, chosen[key] ?? declared.default] as const,
  );
  const missing = texts.filter(([, value]) => value === undefined).map(([key]) => key);
  if (missing.length > 0) {
    throw new TemplateError(`Parameters: [${missing.join(', ')}] must have values`);
  }
  const result = Object.fromEntries(texts.map(([key, value]) => [key, value ?? '']));
  for (const [key, declared] of Object.entries(declarations)) {
    if (!SSM.test(declared.type)) check(key, declared, result[key] ?? '');
  }
  return result;
}

function pick(given: GivenParameter, previous: Texts | undefined): string | undefined {
  if (!given.usePrevious) return given.value;
  const before = previous?.[given.key];
  if (before === undefined) {
    throw new TemplateError(
      `Invalid input for parameter key ${given.key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
    );
  }
  return before;
}

function check(key: string, declared: ParameterDeclaration, text: string): void {
  for (const item of isListType(declared.type) ? splitList(text) : [text]) {
    const problem = problemOf(key, declared, item);
    if (problem !== undefined) throw new TemplateError(problem);
  }
}

function problemOf(key: string, declared: ParameterDeclaration, item: string): string | undefined {
  const { allowedValues, allowedPattern, constraintDescription } = declared;
  if (/^(List<)?Number>?$/.test(declared.type) && !isNumber(item)) {
    return `Parameter '${key}' must be a number.`;
  }
  if (allowedValues !== undefined && !allowedValues.includes(item)) {
    return `Parameter '${key}' must be one of AllowedValues`;
  }
  if (allowedPattern !== undefined && !new RegExp(`^(?:${allowedPattern})$`).test(item)) {
    return `Parameter ${key} failed to satisfy constraint: ${constraintDescription ?? `must match pattern ${allowedPattern}`}`;
  }
  const { minLength = 0, maxLength = Infinity } = declared;
  if (item.length < minLength) {
    return `Parameter '${key}' must contain at least ${minLength} characters`;
  }
  if (item.length > maxLength) {
    return `Parameter '${key}' must contain at most ${maxLength} characters`;
  }
  const { minValue = -Infinity, maxValue = Infinity } = declared;
  if (Number(item) < minValue)
    return `Parameter '${key}' must be a number not less than ${minValue}`;
  if (Number(item) > maxValue) {
    return `Parameter '${key}' must be a number not greater than ${maxValue}`;
  }
  return undefined;
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

/** The names of the SSM parameters to resolve, by template parameter. */
export function ssmNames(declarations: Declarations, texts: Texts): Texts {
  return Object.fromEntries(
    Object.entries(declarations)
      .filter(([, declared]) => SSM.test(declared.type))
      .map(([key]) => [key, texts[key] ?? '']),
  );
}

/** The value of `Ref` for each parameter: lists are split, SSM parameters come from `resolved`. */
export function parameterValues(
  declarations: Declarations,
  texts: Texts,
  resolved: Texts,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(declarations).map(([key, declared]) => {
      const type = SSM.exec(declared.type)?.[1] ?? declared.type;
      const text = resolved[key] ?? texts[key] ?? '';
      return [key, isListType(type) ? splitList(text) : text];
    }),
  );
}

function isListType(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

/** CloudFormation trims the items. An empty text is a list with one empty item. */
function splitList(text: string): readonly string[] {
  return text.split(',').map((item) => item.trim());
}
