import ts from 'typescript';
import type { SourceFile } from './sources';
import { nodesOf, type Place, placeOf } from './tree';

const CONTRACTS = 'services/shared/contracts/src/';
/** Files that may write the path of an operation, each with the reason. */
const WRITERS = new Map([
  ['scripts/new-service/places.ts', 'writes the rows of a service that does not exist yet'],
]);
/** Paths that look like those of operations and are none, each with the reason. */
const OTHERS = new Map([['/internal/ready', 'the readiness probe, which every service answers']]);

const OPERATION = /^(?:[A-Z]+ )?(?:https?:\/\/[^/]+)?(?:\/(?:api|internal)(?:[/?#]|$)|api\/)/;
const OPERATION_IN_REGEX = /\/(?:api|internal)\b/;
const PATH = /^\/[\w-]/;
const PATH_IN_REGEX = /^\/\^?\/[\w-]/;

interface Literal {
  readonly text: string;
  readonly isRegex: boolean;
}

/** A string, a piece of a template, or a regular expression without its escapes; not the file that an import names. */
function literalOf(node: ts.Node): Literal | undefined {
  if (ts.isRegularExpressionLiteral(node)) return { text: node.text.replaceAll('\\/', '/'), isRegex: true };
  const isPiece = ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  if (!isPiece && !ts.isStringLiteralLike(node)) return undefined;
  const isImport = ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent);
  return isImport ? undefined : { text: node.text, isRegex: false };
}

const isOperation = ({ text, isRegex }: Literal): boolean =>
  isRegex ? OPERATION_IN_REGEX.test(text) : OPERATION.test(text) && !OTHERS.has(text);
const isPath = ({ text, isRegex }: Literal): boolean => (isRegex ? PATH_IN_REGEX : PATH).test(text);

/** Whether the literal is the `path` of an operation, or one of its `aliases`. */
function isDeclaration(node: ts.Node): boolean {
  const owner = ts.isArrayLiteralExpression(node.parent) ? node.parent.parent : node.parent;
  return ts.isPropertyAssignment(owner) && ['path', 'aliases'].includes(owner.name.getText());
}

/** The paths of operations that a file types in instead of taking them from the contract. */
export function typedPaths(file: SourceFile): Place[] {
  if (WRITERS.has(file.path)) return [];
  const declares = file.path.startsWith(CONTRACTS);
  const isTyped = (node: ts.Node): boolean => {
    const literal = literalOf(node);
    return literal !== undefined && isOperation(literal) && !(declares && isDeclaration(node));
  };
  return nodesOf(file)
    .filter(isTyped)
    .map((node) => placeOf(node, file));
}

/**
 * The lists of URL paths in a file: an array or an object that holds the path of an operation, an array that holds any
 * path, and the path of an operation by itself, which is a list of one.
 */
export function urlLists(file: SourceFile): Place[] {
  const lists = new Set<ts.Node>();
  for (const node of nodesOf(file)) {
    const literal = literalOf(node);
    if (!literal) continue;
    const isEntry = ts.isArrayLiteralExpression(node.parent) && isPath(literal);
    if (isEntry || isOperation(literal)) lists.add(outermostList(node));
  }
  return [...lists].map((node) => placeOf(node, file));
}

/** The largest array or object literal around a node within its statement and function, or the node itself. */
function outermostList(node: ts.Node): ts.Node {
  let list = node;
  for (let outer = node.parent; !ts.isStatement(outer) && !ts.isFunctionLike(outer); outer = outer.parent) {
    if (ts.isSourceFile(outer)) break;
    if (ts.isArrayLiteralExpression(outer) || ts.isObjectLiteralExpression(outer)) list = outer;
  }
  return list;
}
