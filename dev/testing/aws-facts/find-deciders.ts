import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { CHECKOUT } from '../../tools/checkout.ts';

/** The parts of the product that call AWS. */
const ROOMS = '{src/aws,src/cloudformation,src/provision,cfn/attach-enis}/**/*.ts';
/** The parts in which a pattern for a text counts, too. In the others, patterns are about inputs. */
const TEXTS = /^(src\/(aws|cloudformation)|cfn\/attach-enis)\//;

/**
 * The functions of the product that decide by an answer of AWS, each as `file#function`: those that look into an error
 * (its properties, its class, its parts), those that have a part of an error read by another function (`statusOf(error)`),
 * and those that match a text with a regular expression. A function that only throws, shows or passes on an error does
 * not count.
 */
export function findDeciders(): readonly string[] {
  const files = globSync(ROOMS, { cwd: CHECKOUT }).filter(isProduct).sort();
  const sources = files.map((file) => [file, readFileSync(join(CHECKOUT, file), 'utf8')] as const);
  const readers = new Set(sources.flatMap(([, text]) => readersIn(text)));
  const found = sources.flatMap(([file, text]) =>
    decidersIn(text, { patterns: TEXTS.test(file), readers }).map((name) => `${file}#${name}`),
  );
  if (found.length === 0) throw new Error('the product has no deciders');
  return found;
}

function isProduct(file: string): boolean {
  return !file.endsWith('.test.ts') && !/\/(testing|dist)\//.test(file);
}

interface Options {
  /** Whether a pattern for any text counts; one for the text of an error always does. */
  readonly patterns?: boolean;
  /** The functions that read a part of an error, see `readersIn`. */
  readonly readers?: ReadonlySet<string>;
}

/** The names of the top-level functions of a source file that look into an error or match a text. */
export function decidersIn(
  text: string,
  { patterns = true, readers = new Set(readersIn(text)) }: Options = {},
): readonly string[] {
  const source = parse(text);
  const rule = { own: importedFromOwn(source), patterns, readers };
  return partsOf(source)
    .filter(([, node]) => looks(node, rule))
    .map(([name]) => name);
}

/** The functions of a source file that return a part of an error, a text or a number, for others to decide by. */
function readersIn(text: string): readonly string[] {
  const source = parse(text);
  const rule = { own: importedFromOwn(source), patterns: false, readers: new Set<string>() };
  return partsOf(source).flatMap(([name, node]) => {
    const returns = ts.isFunctionDeclaration(node) ? (node.type?.getText() ?? '') : '';
    return /^(string|number)\b/.test(returns) && looks(node, rule) ? [name] : [];
  });
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
}

function partsOf(source: ts.SourceFile) {
  return source.statements.flatMap(namedParts);
}

/** Each function or constant that a statement declares at the top level. */
function namedParts(statement: ts.Statement): readonly (readonly [name: string, node: ts.Node])[] {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return [[statement.name?.text ?? 'default', statement]];
  }
  if (!ts.isVariableStatement(statement)) return [[`line ${statement.pos}`, statement]];
  return statement.declarationList.declarations.map((one) => [one.name.getText(), one]);
}

interface Rule {
  /** Names imported from other files of the product, such as its own classes of errors. */
  readonly own: ReadonlySet<string>;
  readonly patterns: boolean;
  readonly readers: ReadonlySet<string>;
}

/** Whether a function looks into an error or, with `patterns`, matches a text. */
function looks(root: ts.Node, rule: Rule): boolean {
  const errors = errorNames(root, rule);
  let found = false;
  const visit = (node: ts.Node): void => {
    found ||=
      looksInto(node, errors, rule) ||
      hasRead(node, errors, rule) ||
      (matchesText(node) && (rule.patterns || isAbout(node, errors)));
    if (!found) ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

/** The variables below a node that hold an error: caught ones, parameters that may be one, and what is made of them. */
function errorNames(root: ts.Node, rule: Rule): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCatchClause(node)) addNames(node.variableDeclaration?.name, names);
    if (ts.isParameter(node) && mayBeError(node, rule)) addNames(node.name, names);
    if (ts.isVariableDeclaration(node) && isError(node.initializer, names)) {
      addNames(node.name, names);
    }
    ts.forEachChild(node, visit);
  };
  visit(root);
  return names;
}

function addNames(name: ts.BindingName | undefined, names: Set<string>): void {
  if (name !== undefined && ts.isIdentifier(name)) names.add(name.text);
}

function mayBeError({ type, name, parent }: ts.ParameterDeclaration, { own }: Rule): boolean {
  if (type === undefined) return isCatchCallback(parent) || /^(error|cause)$/i.test(name.getText());
  if (own.has(type.getText())) return false;
  return type.kind === ts.SyntaxKind.UnknownKeyword || /Error\b/.test(type.getText());
}

/** Whether a call has a part of an error read by another function. */
function hasRead(node: ts.Node, errors: ReadonlySet<string>, { readers }: Rule): boolean {
  if (!ts.isCallExpression(node) || !readers.has(node.expression.getText())) return false;
  return node.arguments.some((one) => isError(one, errors));
}

/** Whether an error is named anywhere below a node. */
function isAbout(node: ts.Node, errors: ReadonlySet<string>): boolean {
  return isError(node, errors) || (ts.forEachChild(node, (one) => isAbout(one, errors)) ?? false);
}

/** The function in `promise.catch(function)`, or the second one in `promise.then(…, function)`. */
function isCatchCallback(node: ts.Node): boolean {
  const call = node.parent;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return false;
  const method = call.expression.name.text;
  return method === 'catch' || (method === 'then' && call.arguments[1] === node);
}

/** Whether an expression is an error: a variable that holds one, its cause, or the reason of a settled promise. */
function isError(node: ts.Node | undefined, names: ReadonlySet<string>): boolean {
  if (node === undefined) return false;
  const inner = unwrapped(node);
  if (ts.isIdentifier(inner)) return names.has(inner.text);
  return (
    ts.isPropertyAccessExpression(inner) &&
    /^(cause|errors|reason)$/.test(inner.name.text) &&
    (isError(inner.expression, names) || inner.name.text === 'reason') &&
    /result|settled|outcome|error/i.test(inner.expression.getText())
  );
}

function unwrapped(node: ts.Node): ts.Node {
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node)
  ) {
    return unwrapped(node.expression);
  }
  if (ts.isBinaryExpression(node) && /^(\?\?|\|\|)$/.test(node.operatorToken.getText())) {
    return unwrapped(node.left);
  }
  return node;
}

function looksInto(node: ts.Node, errors: ReadonlySet<string>, rule: Rule): boolean {
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    return isError(node.expression, errors);
  }
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
    return isError(node.initializer, errors);
  }
  if (ts.isCatchClause(node)) {
    const name = node.variableDeclaration?.name;
    return name !== undefined && !ts.isIdentifier(name);
  }
  if (ts.isParameter(node) && !ts.isIdentifier(node.name)) return mayBeError(node, rule);
  if (!ts.isBinaryExpression(node)) return false;
  const { operatorToken, left, right } = node;
  if (operatorToken.kind === ts.SyntaxKind.InKeyword) return isError(right, errors);
  if (operatorToken.kind !== ts.SyntaxKind.InstanceOfKeyword) return false;
  const plain = /^(Error|AggregateError)$/.test(right.getText()) || rule.own.has(right.getText());
  return isError(left, errors) && !plain;
}

/** A regular expression that is tried on a text: `/…/.test(x)`, `PATTERN.exec(x)`, `x.match(/…/)`. */
function matchesText(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { name, expression } = node.expression;
  if (/^(test|exec)$/.test(name.text)) return isPattern(expression);
  if (/^(match|matchAll|search)$/.test(name.text)) return node.arguments.some(isPattern);
  const speaks = /(message|reason)(\(.*\))?$/i.test(expression.getText());
  return speaks && /^(includes|startsWith|endsWith|indexOf)$/.test(name.text);
}

function isPattern(node: ts.Node): boolean {
  return ts.isRegularExpressionLiteral(node) || /^[A-Z][A-Z0-9_]*$/.test(node.getText());
}

function importedFromOwn(source: ts.SourceFile): ReadonlySet<string> {
  const names = source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement)) return [];
    const { moduleSpecifier, importClause } = statement;
    if (!ts.isStringLiteral(moduleSpecifier) || !moduleSpecifier.text.startsWith('.')) return [];
    const { namedBindings } = importClause ?? {};
    if (namedBindings === undefined || !ts.isNamedImports(namedBindings)) return [];
    return namedBindings.elements.map(({ name }) => name.text);
  });
  return new Set(names);
}
