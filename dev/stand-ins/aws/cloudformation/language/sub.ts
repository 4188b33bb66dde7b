import { TemplateError } from './value.ts';

/** A part of an `Fn::Sub` text: a literal, or the name in `${…}`. */
export type SubPart = { readonly literal: string } | { readonly name: string };

const NAME = /^[A-Za-z0-9_.:]+$/;

/**
 * Splits a text at its `${Name}` placeholders. `${!Literal}` becomes the literal `${Literal}`. Throws for
 * placeholders such as `${x:-y}`: a shell script inside `Fn::Sub` must write `${!x:-y}`.
 */
export function subParts(text: string): readonly SubPart[] {
  const parts: SubPart[] = [];
  let at = 0;
  for (const match of text.matchAll(/\$\{([^{}]*)\}/g)) {
    const inner = match[1] ?? '';
    parts.push({ literal: text.slice(at, match.index) });
    parts.push(inner.startsWith('!') ? { literal: `\${${inner.slice(1)}}` } : named(inner.trim()));
    at = match.index + match[0].length;
  }
  parts.push({ literal: text.slice(at) });
  return parts;
}

function named(name: string): SubPart {
  if (NAME.test(name)) return { name };
  throw new TemplateError(
    `Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons (${name})`,
  );
}
