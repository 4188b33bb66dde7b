import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, Resource, SpecDatabase } from '@aws-cdk/service-spec-types';

/** The shape of a property's value. */
export type Shape =
  | { readonly kind: 'text' | 'number' | 'boolean' | 'json' }
  | { readonly kind: 'list' | 'map'; readonly of: Shape }
  | { readonly kind: 'object'; readonly properties: PropertySpecs };

export interface PropertySpec {
  readonly required: boolean;
  /** Whether a change of the property replaces the resource. */
  readonly replacement: 'yes' | 'no' | 'maybe';
  readonly shape: Shape;
}

export type PropertySpecs = Readonly<Record<string, PropertySpec>>;

export interface TypeSpec {
  readonly properties: PropertySpecs;
  readonly attributes: ReadonlySet<string>;
  /** The property that holds tags, if the type can be tagged. */
  readonly tagProperty: string | undefined;
}

/** The definition of a resource type, or undefined if AWS has no such type. */
export type Specification = (type: string) => TypeSpec | undefined;

let loading: Promise<Specification> | undefined;

/**
 * AWS's own resource specification, from the package `@aws-cdk/aws-service-spec`. Loading it takes about a
 * second and happens once. Each type is converted on first use.
 */
export function awsSpecification(): Promise<Specification> {
  loading ??= loadAwsServiceSpec().then(specificationFrom);
  return loading;
}

function specificationFrom(database: SpecDatabase): Specification {
  const known = new Map<string, TypeSpec | undefined>();
  const shapes = shapeReader(database);
  return (type) => {
    if (!known.has(type)) {
      const [found] = [...database.lookup('resource', 'cloudFormationType', 'equals', type)];
      known.set(type, found === undefined ? undefined : typeSpec(found, shapes));
    }
    return known.get(type);
  };
}

function typeSpec(resource: Resource, shapeOf: (type: PropertyType) => Shape): TypeSpec {
  return {
    properties: propertySpecs(resource.properties, shapeOf),
    attributes: new Set(Object.keys(resource.attributes)),
    tagProperty: resource.tagInformation?.tagPropertyName,
  };
}

function propertySpecs(
  properties: Readonly<Record<string, Property>>,
  shapeOf: (type: PropertyType) => Shape,
): PropertySpecs {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      {
        required: property.required ?? false,
        replacement: property.causesReplacement ?? 'no',
        shape: shapeOf(property.type),
      },
    ]),
  );
}

const TAG: PropertySpecs = {
  Key: { required: true, replacement: 'no', shape: { kind: 'text' } },
  Value: { required: true, replacement: 'no', shape: { kind: 'text' } },
};

function shapeReader(database: SpecDatabase): (type: PropertyType) => Shape {
  const definitions = new Map<string, Shape>();
  const shapeOf = (type: PropertyType): Shape => {
    switch (type.type) {
      case 'array':
        return { kind: 'list', of: shapeOf(type.element) };
      case 'map':
        return { kind: 'map', of: shapeOf(type.element) };
      case 'tag':
        return { kind: 'object', properties: TAG };
      case 'ref':
        return definition(type.reference.$ref);
      default:
        return { kind: SCALARS[type.type] ?? 'json' };
    }
  };
  // A definition may contain itself, so its properties are read on first use.
  const definition = (id: string): Shape => {
    const known = definitions.get(id);
    if (known !== undefined) return known;
    let read: PropertySpecs | undefined;
    const shape: Shape = {
      kind: 'object',
      get properties() {
        read ??= propertySpecs(database.get('typeDefinition', id).properties, shapeOf);
        return read;
      },
    };
    definitions.set(id, shape);
    return shape;
  };
  return shapeOf;
}

/** Unions and JSON documents are not checked. */
const SCALARS: Readonly<Record<string, 'text' | 'number' | 'boolean' | undefined>> = {
  string: 'text',
  'date-time': 'text',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
};
