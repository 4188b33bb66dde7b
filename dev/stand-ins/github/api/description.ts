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

/** One operation of GitHub's API description. */
export interface Operation {
  /** Such as `issues/create-comment`. */
  readonly id: string;
  /** The values of the path's parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** The problems of a request's body; empty when there are none. */
  requestProblems(body: unknown): readonly string[];
  /** The problems of an answer; empty when there are none. */
  answerProblems(status: number, body: unknown): readonly string[];
  /** A fresh copy of GitHub's example of an answer. */
  example(status: number): unknown;
}

const JSON_TYPE = 'application/json';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** GitHub's published description of the REST API of github.com. It has 13 MB and is read once. */
export const githubDescription = once(() => describeApi(readDescription()));

function readDescription(): Description {
  const path = createRequire(import.meta.url).resolve(
    '@octokit/openapi/generated/api.github.com.json',
  );
  return JSON.parse(readFileSync(path, 'utf8'), withoutBareNullable) as Description;
}

/** OpenAPI 3.0.3 ignores `nullable` without `type`, but Ajv rejects it. */
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
    /** The operation for a method and a path; undefined when GitHub has none. */
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
    /** The problems of the payload of an event such as `pull-request-opened`. */
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

/**
 * A parameter matches one segment of a path. A last parameter such as `{ref}` (`heads/feature/x`) or
 * `{path}` matches the rest.
 */
function patternOf(path: string): RegExp {
  const source = path
    .replaceAll('.', '\\.')
    .replace(/\{(\w+)\}/g, (_, name: string) =>
      name === 'ref' || name === 'path' ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
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
