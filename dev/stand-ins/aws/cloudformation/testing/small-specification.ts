import type { PropertySpec, Shape, Specification, TypeSpec } from '../plan/specification.ts';

/** Test support: the specification of a property, by default optional and changeable in place. */
export function property(shape: Shape, more: Partial<PropertySpec> = {}): PropertySpec {
  return { required: false, replacement: 'no', shape, ...more };
}

export const text: Shape = { kind: 'text' };

const tags = property({
  kind: 'list',
  of: { kind: 'object', properties: { Key: property(text), Value: property(text) } },
});

/** A type with one property of each kind. */
export const thing: TypeSpec = {
  properties: {
    Name: property(text, { required: true, replacement: 'yes' }),
    Size: property({ kind: 'number' }),
    Open: property({ kind: 'boolean' }),
    Kind: property(text, { replacement: 'maybe' }),
    Peers: property({ kind: 'list', of: text }),
    Policy: property({ kind: 'json' }),
    Labels: property({ kind: 'map', of: text }),
    Settings: property({
      kind: 'object',
      properties: {
        Mode: property(text, { required: true }),
        Family: property(text, { replacement: 'yes' }),
      },
    }),
    Tags: tags,
  },
  attributes: new Set(['Arn']),
  tagProperty: 'Tags',
};

export const smallSpecification: Specification = (type) =>
  type === 'AWS::Test::Thing' ? thing : undefined;
