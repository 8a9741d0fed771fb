import ts from 'typescript';
import { typedPaths, urlLists } from './operation-paths';
import type { SourceFile } from './sources';
import { nodesOf, type Place, placeOf } from './tree';

/** The client of the contract: it makes requests out of operations, and answers out of what comes back. */
const CLIENT = 'services/shared/contracts/src/call.ts';
/** Files that may send HTTP requests by themselves, each with the reason. Every other file calls by one of the clients. */
const SENDERS = new Map([
  ['services/shared/service-kit/src/http/transport.ts', 'the transport of services'],
  ['services/shared/test-kit/src/shop-client.ts', 'the transport of tests'],
  ['services/shared/test-kit/src/agent.ts', 'calls one service of a test'],
  ['services/simulator/src/shopper/shop-client.ts', 'the transport of the simulator'],
  ['k8s-jobs/src/shared/fetch-from.ts', 'the transport of jobs'],
  ['frontend/src/lib/api.ts', 'the transport of the storefront'],
  ['services/gateway/src/health/health.service.ts', 'probes readiness, which is no operation'],
  [
    'services/gateway/src/storefront/open-storefront.ts',
    "probes the storefront's server, which is no service",
  ],
  ['services/gateway/src/sockets/upgrade.ts', 'passes the handshake of a socket on'],
  ['scripts/start/health.ts', 'reads answers with status 503, which mean that the shop still starts'],
  ['scripts/dev/restarts.ts', 'probes readiness, which is no operation'],
]);

const LIBRARIES = new Set(['undici', 'axios', 'got', 'ky', 'node-fetch', 'superagent', 'supertest']);
const NODE_HTTP = /^(?:node:)?http[s2]?$/;
/** The values of Node's HTTP modules that send nothing. */
const SERVING = new Set(['createServer', 'Server', 'IncomingMessage', 'ServerResponse', 'STATUS_CODES']);
const GLOBALS = new Set(['fetch', 'XMLHttpRequest', 'EventSource']);
const HOLDERS = new Set(['globalThis', 'window', 'self', 'navigator']);

/**
 * The clients of the contract: files that make the HTTP request of an operation themselves, be it out of the operation or
 * with a path that is typed in. A file that sends what `encode` or `callBy` made is a transport and none of them.
 */
export function contractClients(files: readonly SourceFile[]): Place[] {
  return files.flatMap((file) => {
    const nodes = nodesOf(file);
    const [made] = nodes.filter(makesRequest);
    if (made) return [placeOf(made, file)];
    const [sent] = nodes.filter(sends);
    if (!sent || nodes.some(takesRequests)) return [];
    return nodes.some(knowsOperations) || typedPaths(file).length > 0 ? [placeOf(sent, file)] : [];
  });
}

/** The files to which the rule applies: all but tests, which send hostile requests too. */
const watched = (files: readonly SourceFile[]): SourceFile[] =>
  files.filter(({ path, isTest }) => !isTest || path.startsWith('services/shared/test-kit/src/'));

const isSender = (file: SourceFile): boolean => nodesOf(file).some(sends);

/**
 * One sentence for each breach of the rule that everything calls an operation by the contract: a client beside the one of
 * the contract, a sender that is not listed above, a path of an operation that is typed in, and a list of URLs in the
 * gateway.
 */
export function contractFaults(all: readonly SourceFile[]): string[] {
  const files = watched(all);
  const at = ({ file, line, what }: Place) => `${file}:${line} (${what})`;
  return [
    ...contractClients(files)
      .filter(({ file }) => file !== CLIENT)
      .map(
        (place) => `${at(place)} makes the request of an operation: use callBy() or encode() of ${CLIENT}`,
      ),
    ...files
      .filter((file) => !SENDERS.has(file.path) && isSender(file))
      .map(
        ({ path }) => `${path} sends HTTP requests by itself: call an operation by a client of the contract`,
      ),
    ...files
      .flatMap(typedPaths)
      .map((place) => `${at(place)} types in the path of an operation: take it from the contract`),
    ...files
      .filter(({ path }) => path.startsWith('services/gateway/src/'))
      .flatMap(urlLists)
      .map((list) => `${at(list)} lists URLs: the gateway reads what a route is from the contract`),
  ];
}

/** The entries of the list above whose file sends nothing, or is not there. */
export function needlessSenders(files: readonly SourceFile[]): string[] {
  const senders = new Set(
    watched(files)
      .filter(isSender)
      .map(({ path }) => path),
  );
  return [...SENDERS.keys()].filter((path) => !senders.has(path));
}

/** `{ method: operation.method.toUpperCase(), … }`: a request whose method comes from an operation. */
function makesRequest(node: ts.Node): boolean {
  if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'method') return false;
  return /\.method\.toUpperCase\(\)$/.test(plain(node.initializer).getText());
}

const plain = (expression: ts.Expression): ts.Expression =>
  ts.isAsExpression(expression) || ts.isParenthesizedExpression(expression)
    ? plain(expression.expression)
    : expression;

/** The package or file that an import names; undefined for an import of types only. */
function importedFrom(node: ts.Node): string | undefined {
  if (
    ts.isImportDeclaration(node) &&
    !node.importClause?.isTypeOnly &&
    ts.isStringLiteral(node.moduleSpecifier)
  )
    return node.moduleSpecifier.text;
  const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const [first] = isDynamic ? node.arguments : [];
  return first && ts.isStringLiteralLike(first) ? first.text : undefined;
}

/** The names that an import takes; undefined for all of them. */
function importedNames(node: ts.Node): readonly ts.ImportSpecifier[] | undefined {
  const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
  const bindings = clause?.namedBindings;
  if (!bindings || clause.name || !ts.isNamedImports(bindings)) return undefined;
  return bindings.elements;
}
const nameOf = ({ name, propertyName }: ts.ImportSpecifier): string => (propertyName ?? name).text;

/** The names that an import takes as values; undefined for all of them. */
const importedValues = (node: ts.Node): string[] | undefined =>
  importedNames(node)
    ?.filter((element) => !element.isTypeOnly)
    .map(nameOf);

function sends(node: ts.Node): boolean {
  const source = importedFrom(node);
  if (source !== undefined) {
    const names = importedValues(node);
    if (LIBRARIES.has(source)) return names === undefined || names.length > 0;
    return NODE_HTTP.test(source) && (names === undefined || names.some((name) => !SERVING.has(name)));
  }
  if (ts.isPropertyAccessExpression(node)) {
    const name = node.name.text;
    return HOLDERS.has(node.expression.getText()) && (GLOBALS.has(name) || name === 'sendBeacon');
  }
  return ts.isIdentifier(node) && GLOBALS.has(node.text) && isValue(node) && !isParameter(node);
}

/** Whether a name stands for a value here, and names no property, parameter, declaration or type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  return !ts.isTypeNode(parent) && !('name' in parent && parent.name === node);
}

/** Whether a function around the name has a parameter of that name, or declares it. */
function isParameter({ text, parent }: ts.Identifier): boolean {
  for (let outer: ts.Node = parent; !ts.isSourceFile(outer); outer = outer.parent)
    if (ts.isFunctionLike(outer) && outer.parameters.some(({ name }) => name.getText() === text)) return true;
  return false;
}

const takesRequests = (node: ts.Node): boolean =>
  /^@bramble\/contracts\/(?:shop-)?call$/.test(importedFrom(node) ?? '') &&
  (importedValues(node) ?? []).some((name) => ['encode', 'callBy', 'shopCallBy'].includes(name));

/** Whether an import takes operations (such as `catalogApi`), or what describes one. */
function knowsOperations(node: ts.Node): boolean {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false;
  if (!/^@bramble\/contracts\/|\/operations\.gen$/.test(node.moduleSpecifier.text)) return false;
  return (importedNames(node) ?? []).some((name) => /Api$|^(?:Operation|Route|Endpoint)$/.test(nameOf(name)));
}
