/** A piece of an `Fn::Sub` text: literal, or the name in `${…}`. */
export type SubPart = { readonly literal: string } | { readonly name: string };

/** Splits a text at its `${Name}` places; `${!Literal}` stays in it as `${Literal}`. */
export function subParts(text: string): readonly SubPart[] {
  const parts: SubPart[] = [];
  let at = 0;
  for (const match of text.matchAll(/\$\{([^${}]*)\}/g)) {
    const inner = match[1] ?? '';
    parts.push({ literal: text.slice(at, match.index) });
    parts.push(
      inner.startsWith('!') ? { literal: `\${${inner.slice(1)}}` } : { name: inner.trim() },
    );
    at = match.index + match[0].length;
  }
  parts.push({ literal: text.slice(at) });
  return parts;
}
