/**
 * Matches events with EventBridge's event patterns. Source: EventBridge user guide, "Amazon EventBridge
 * event patterns".
 */

type Json = unknown;

/**
 * Whether an event matches a pattern: for every field of the pattern, the event has one of the listed
 * values or satisfies one of the conditions (prefix, suffix, anything-but, exists, numeric,
 * equals-ignore-case, wildcard).
 */
export function matchesPattern(pattern: Json, event: Json): boolean {
  if (!isObject(pattern)) return false;
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') {
      return Array.isArray(wanted) && wanted.some((each) => matchesPattern(each, event));
    }
    const value = isObject(event) ? event[name] : undefined;
    if (!Array.isArray(wanted)) return matchesPattern(wanted, value);
    const values = Array.isArray(value) ? value : [value];
    return values.some((each) => wanted.some((condition) => fits(condition, each)));
  });
}

function fits(condition: Json, value: Json): boolean {
  if (!isObject(condition)) return condition === value;
  return Object.entries(condition).every(([kind, operand]) => fitsKind(kind, operand, value));
}

function fitsKind(kind: string, operand: Json, value: Json): boolean {
  const text = typeof value === 'string' ? value : undefined;
  switch (kind) {
    case 'exists':
      return (value !== undefined) === operand;
    case 'prefix':
      return text?.startsWith(String(operand)) ?? false;
    case 'suffix':
      return text?.endsWith(String(operand)) ?? false;
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(operand).toLowerCase();
    case 'wildcard':
      return text !== undefined && wildcard(String(operand)).test(text);
    case 'anything-but':
      return value !== undefined && !listOf(operand).some((each) => fits(each, value));
    case 'numeric':
      return typeof value === 'number' && Array.isArray(operand) && inRange(operand, value);
    default:
      return false;
  }
}

function inRange(operand: readonly Json[], value: number): boolean {
  for (let i = 0; i < operand.length; i += 2) {
    const limit = Number(operand[i + 1]);
    const holds: Readonly<Record<string, boolean>> = {
      '=': value === limit,
      '<': value < limit,
      '<=': value <= limit,
      '>': value > limit,
      '>=': value >= limit,
    };
    if (holds[String(operand[i])] !== true) return false;
  }
  return true;
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value];
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
