import { isAlias, LineCounter, parseDocument, visit } from 'yaml';
import { type Json, TemplateError } from './value.ts';
import { shortForms } from './yaml-tags.ts';

/** The largest TemplateBody in bytes. Larger templates go through S3. */
export const BODY_LIMIT = 51_200;

/**
 * Parses a template: JSON if it starts with `{`, otherwise YAML with CloudFormation's short forms. Throws
 * `TemplateError` with line and column for malformed text.
 */
export function parseTemplateText(body: string): Json {
  return body.trimStart().startsWith('{') ? parseJson(body) : copyOfParsed(body);
}

/** What the latest texts of YAML say. The same few templates come again and again, and each takes a tenth of a second. */
const parsed = new Map<string, Json>();
const MOST_PARSED = 50;

/** A copy for each caller, which may change it. */
function copyOfParsed(body: string): Json {
  const known = parsed.get(body) ?? parseYaml(body);
  // The latest one is the last.
  parsed.delete(body);
  parsed.set(body, known);
  const [oldest] = parsed.keys();
  if (parsed.size > MOST_PARSED && oldest !== undefined) parsed.delete(oldest);
  return structuredClone(known);
}

function parseJson(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new TemplateError(`Template format error: JSON not well-formed. (${detail})`);
  }
}

function parseYaml(body: string): Json {
  const lines = new LineCounter();
  const document = parseDocument(body, {
    customTags: shortForms,
    lineCounter: lines,
    schema: 'core',
    prettyErrors: false,
  });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new TemplateError(
      `Template format error: YAML not well-formed. (line ${line}, column ${col})`,
    );
  }
  visit(document, (_key, node) => {
    if (isAlias(node)) {
      throw new TemplateError(
        'Template error: YAML aliases are not allowed in CloudFormation templates',
      );
    }
  });
  return document.toJS() as Json;
}
