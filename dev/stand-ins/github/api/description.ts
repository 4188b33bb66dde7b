import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

type Json = Readonly<Record<string, unknown>>;

interface Media {
  readonly schema: Json;
  readonly examples?: Readonly<
    Record<string, { readonly $ref?: string; readonly value?: unknown }>
  >;
}

interface Described {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly 'x-webhooks': Readonly<
    Record<string, { readonly post: Pick<Described, 'requestBody'> }>
  >;
}

/** One call, as GitHub's description has it. */
export interface Operation {
  /** Such as `issues/create-comment`. */
  readonly id: string;
  /** What stands in the path's braces. */
  readonly params: Readonly<Record<string, string>>;
  /** What is wrong with a request's body; empty when nothing is. */
  requestProblems(body: unknown): readonly string[];
  /** What is wrong with an answer; empty when nothing is. */
  answerProblems(status: number, body: unknown): readonly string[];
  /** GitHub's own example of an answer, a fresh copy. */
  example(status: number): unknown;
}

const JSON_TYPE = 'application/json';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The REST API of github.com as GitHub publishes it, read once; it is 13 MB. */
export const githubDescription = once(() => describeApi(readDescription()));

function readDescription(): Description {
  const path = createRequire(import.meta.url).resolve(
    '@octokit/openapi/generated/api.github.com.json',
  );
  return JSON.parse(readFileSync(path, 'utf8'), withoutBareNullable) as Description;
}

/** Where OpenAPI says `nullable` beside no `type`, it means nothing (OpenAPI 3.0.3), and Ajv objects. */
function withoutBareNullable(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nullable' in value) || 'type' in value)
    return value;
  const { nullable, ...rest } = value;
  return typeof nullable === 'boolean' ? rest : value;
}

function describeApi(description: Description) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(description, 'github');
  const routes = Object.entries(description.paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const described = methods[method];
      return described === undefined ? [] : [{ method, path, pattern: patternOf(path), described }];
    }),
  );
  const check = (place: readonly string[], body: unknown) => problems(ajv, place, body);

  return {
    /** The operation that a method and a path mean; undefined when GitHub has none. */
    operation(method: string, pathname: string): Operation | undefined {
      const route = routes.find(
        (one) => one.method === method.toLowerCase() && one.pattern.test(pathname),
      );
      if (route === undefined) return undefined;
      const { described, path } = route;
      const place = ['paths', path, route.method];
      const content = (status: number) => described.responses[status]?.content?.[JSON_TYPE];
      return {
        id: described.operationId,
        params: { ...route.pattern.exec(pathname)?.groups },
        requestProblems: (body) =>
          described.requestBody === undefined
            ? []
            : check([...place, 'requestBody', 'content', JSON_TYPE, 'schema'], body),
        answerProblems(status, body) {
          const answer = described.responses[status];
          if (answer === undefined) return [`${described.operationId} never answers ${status}`];
          const at =
            answer.$ref === undefined
              ? [...place, 'responses', String(status)]
              : pointer(answer.$ref);
          const { content: media } = lookUp(description, at) as { content?: unknown };
          return media === undefined ? [] : check([...at, 'content', JSON_TYPE, 'schema'], body);
        },
        example: (status) => exampleOf(description, content(status)),
      };
    },
    /** What is wrong with the payload of an event such as `pull-request-opened`. */
    eventProblems: (event: string, payload: unknown): readonly string[] =>
      description['x-webhooks'][event] === undefined
        ? [`GitHub has no event ${event}`]
        : check(
            ['x-webhooks', event, 'post', 'requestBody', 'content', JSON_TYPE, 'schema'],
            payload,
          ),
  };
}

function problems(ajv: Ajv, place: readonly string[], body: unknown): readonly string[] {
  const $ref = `github#/${place.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  const validate = (ajv.getSchema($ref) ?? ajv.compile({ $ref })) as ValidateFunction;
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || '/'} ${message}`,
  );
}

function exampleOf(description: Description, media: Media | undefined): unknown {
  const [example] = Object.values(media?.examples ?? {});
  const value = example?.$ref === undefined ? example : lookUp(description, pointer(example.$ref));
  return structuredClone((value as { value?: unknown } | undefined)?.value);
}

function pointer($ref: string): readonly string[] {
  return $ref.split('/').slice(1);
}

function lookUp(description: Description, place: readonly string[]): unknown {
  return place.reduce<unknown>((node, key) => (node as Json | undefined)?.[key], description);
}

/** A name in braces takes one part of a path, `{ref}` (`heads/feature/x`) and other last ones all that is left. */
function patternOf(path: string): RegExp {
  const source = path
    .replaceAll('.', '\\.')
    .replace(/\{(\w+)\}/g, (_, name: string) =>
      name === 'ref' ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
    );
  return new RegExp(`^${source}$`);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
