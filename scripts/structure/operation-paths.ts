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

/** Paths of the gateway that are those of files. Every other path is an operation's, and the contract has it. */
const PLACES = new Map([
  // The files that the page of the contract loads lie below the path of that operation.
  ['services/gateway/src/openapi/docs-page.ts', ['/swagger-ui.css', '/swagger-ui-bundle.js', '/open.js']],
  // The files of the built storefront.
  ['services/gateway/src/storefront/asset-folder.ts', ['/assets/', '/index.html']],
  ['services/gateway/src/storefront/serve-folder.ts', ['/index.html']],
]);

const OPERATION = /^\^?(?:[A-Z]+ )?(?:https?:\/\/[^/]+)?(?:\/(?:api|internal)(?:[/?#]|$)|api\/)/;
const OPERATION_IN_REGEX = /\/(?:api|internal)\b/;
const PATH = /^\^?(?:[A-Z]+ )?\/[\w-]/;
const PATH_IN_REGEX = /(?:^|[\^(|]|\?:)\/(?:\((?:\?:)?)?[\w-]/;

interface Literal {
  readonly text: string;
  readonly isRegex: boolean;
}

/** A string, a piece of a template, or a regular expression without its escapes; not the file that an import names. */
function literalOf(node: ts.Node): Literal | undefined {
  const isPiece = ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  if (ts.isRegularExpressionLiteral(node))
    return { text: unescaped(node.text.slice(1, node.text.lastIndexOf('/'))), isRegex: true };
  if (!isPiece && !ts.isStringLiteralLike(node)) return undefined;
  const isImport = ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent);
  if (isImport) return undefined;
  return isPattern(node)
    ? { text: unescaped(node.text), isRegex: true }
    : { text: node.text, isRegex: false };
}

const unescaped = (pattern: string): string => pattern.replaceAll('\\/', '/');

/** Whether a string is a regular expression, such as `new RegExp('…')`, or a piece of one. */
function isPattern({ parent }: ts.Node): boolean {
  if (ts.isNewExpression(parent) || ts.isCallExpression(parent))
    return parent.expression.getText() === 'RegExp';
  const isPart =
    ts.isTemplateSpan(parent) ||
    ts.isTemplateExpression(parent) ||
    ts.isTaggedTemplateExpression(parent) ||
    ts.isBinaryExpression(parent) ||
    ts.isParenthesizedExpression(parent);
  return isPart && isPattern(parent);
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

/** The path at the beginning of a string: `/open.js"></script>` → `/open.js`. */
const pathIn = ({ text, isRegex }: Literal): string | undefined =>
  isRegex ? undefined : /^\/[\w./-]+/.exec(text)?.[0];

/**
 * The URL paths that a file of the gateway types in: each string and pattern with a path, or the array or object that
 * holds it. Those that are listed above are left out.
 */
export function urlPaths(file: SourceFile): Place[] {
  const found = new Set<ts.Node>();
  const others = PLACES.get(file.path) ?? [];
  for (const node of nodesOf(file)) {
    const literal = literalOf(node);
    if (!literal || !(isPath(literal) || isOperation(literal))) continue;
    if (!others.includes(pathIn(literal) ?? '')) found.add(outermostList(node));
  }
  return [...found].map((node) => placeOf(node, file));
}

/** A sentence for each listed path of the gateway that its file does not have. */
export function needlessPlaces(files: ReadonlyMap<string, SourceFile>): string[] {
  return [...PLACES].flatMap(([path, listed]) => {
    const file = files.get(path);
    const literals = file ? nodesOf(file).map(literalOf) : [];
    const typed = new Set(literals.map((literal) => literal && pathIn(literal)));
    return listed
      .filter((text) => !typed.has(text))
      .map((text) => `${path} is listed as a file that types in ${text}, and it does not`);
  });
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
