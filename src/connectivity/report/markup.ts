const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML that is known to be safe. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | readonly Markup[];

/** A template of HTML. It escapes every value except `Markup`. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const parts = strings.map((part, index) => {
    const value = values[index];
    return value === undefined ? part : part + render(value);
  });
  return new Markup(parts.join(''));
}

/** JSON for a `<script type="application/json">`. Nothing in it can end the element. */
export function jsonMarkup(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function render(value: Value): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
  if (typeof value === 'number') return String(value);
  if (value instanceof Markup) return value.text;
  return value.map(({ text }) => text).join('');
}
