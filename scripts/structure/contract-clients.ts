import ts from 'typescript';
import { handedOn, sends } from './http-senders';
import { importedFrom, importedNames, importedValues, nameOf } from './imports';
import { needlessPlaces, typedPaths, urlPaths } from './operation-paths';
import { operationReads } from './operation-reads';
import type { SourceFile } from './sources';
import { nodesOf, type Place, placeOf, plain } from './tree';

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
/** Files that may read the path of an operation, each with the reason. None of them may send requests. */
const READERS = new Map([
  ['services/shared/contracts/src/call-error.ts', 'names the operation in the message of an error'],
  ['services/shared/service-kit/src/http/endpoint.ts', 'implements operations'],
  ['services/gateway/src/proxy/operations.ts', 'finds the operation of a request'],
  ['services/gateway/src/edge/welcome.routes.ts', 'shows addresses to a reader'],
  ['services/gateway/src/openapi/openapi.ts', 'writes the document of the contract'],
  ['services/gateway/src/openapi/fields/path-parameters.ts', 'describes the parameters of paths'],
  ['services/gateway/src/openapi/examples/answers.ts', 'writes examples into the document'],
  ['services/gateway/src/openapi/openapi.routes.ts', 'serves the document and its page'],
  ['services/gateway/src/openapi/docs-page.ts', 'links from the page to the document'],
  ['frontend/src/app/footer.tsx', 'links to the page of the contract'],
  ['scripts/build/contract-routes.ts', "generates the storefront's routes"],
  ['scripts/docs/facts/services.ts', 'names the addresses of a service in documents'],
  ['scripts/docs/pictures/mail-queue.ts', 'names an operation in a picture'],
  ['scripts/docs/pictures/order-steps.ts', 'names an operation in a picture'],
  ['scripts/new-service/names.ts', 'finds out whether an address is free'],
]);

const GATEWAY = 'services/gateway/src/';
/** Tests, which send hostile requests too: files by that name, and the folders of tests outside the sources. */
const TEST = /\.test\.tsx?$|^tests\/|^(?:services\/(?:shared\/)?[\w-]+|k8s-jobs|frontend)\/test\//;

/** The files to which the rules below apply: all but tests. */
export const guarded = (files: readonly SourceFile[]): SourceFile[] =>
  files.filter(({ path }) => !TEST.test(path));

/**
 * The clients of the contract: files that make the HTTP request of an operation themselves, be it out of the operation or
 * with a path that is typed in. A file that sends what `encode` or `callBy` made is a transport and none of them.
 */
export function contractClients(files: readonly SourceFile[]): Place[] {
  return files.flatMap((file) => {
    const nodes = nodesOf(file);
    const [made] = nodes.filter(makesRequest);
    if (made) return [placeOf(made, file)];
    const [read] = READERS.has(file.path) ? [] : operationReads(file);
    if (read) return [read];
    const [sent] = nodes.filter(sends);
    if (!sent) return [];
    const isClient =
      typedPaths(file).length > 0 || (nodes.some(knowsOperations) && !nodes.some(takesRequests));
    return isClient ? [placeOf(sent, file)] : [];
  });
}

const isSender = (file: SourceFile): boolean => nodesOf(file).some(sends);

/**
 * Answers a sentence for each breach of the rule that everything calls an operation by the contract: a client beside the one of
 * the contract, a sender that is not listed above, a path of an operation that is typed in, and a path of any URL in the
 * gateway outside the places that are listed for it.
 *
 * The rule guards against what people write by habit. It reads syntax and no types, one file at a time, and knows an
 * operation by its usual names and types. It does not find code that hides what it does: a path that is put together out
 * of pieces, a list of segments without slashes, `createRequire`, a socket of `node:net`, or an operation that passes
 * through variables and parameters of other names and types. The files listed above are trusted with what they are listed
 * for. The rule covers TypeScript and JavaScript, and neither scripts inside HTML, shell scripts nor charts.
 */
export function contractFaults(all: readonly SourceFile[]): string[] {
  const files = guarded(all);
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
      .filter(({ path }) => SENDERS.has(path))
      .flatMap(handedOn)
      .map(
        (place) => `${at(place)} hands on what sends HTTP requests: export a transport of encoded requests`,
      ),
    ...files
      .flatMap(typedPaths)
      .map((place) => `${at(place)} types in the path of an operation: take it from the contract`),
    ...files
      .filter(({ path }) => path.startsWith(GATEWAY))
      .flatMap(urlPaths)
      .map((place) => `${at(place)} types in the path of a URL: the gateway takes routes from the contract`),
  ];
}

/** A sentence for each entry of the lists of exceptions that its file does not need, or whose file is not there. */
export function needlessEntries(all: readonly SourceFile[]): string[] {
  const files = new Map(guarded(all).map((file) => [file.path, file]));
  const needless = (listed: Iterable<string>, needs: (file: SourceFile) => boolean, what: string) =>
    [...listed]
      .filter((path) => {
        const file = files.get(path);
        return !file || !needs(file);
      })
      .map((path) => `${path} is listed as a file that ${what}, and it does not`);
  return [
    ...needless(SENDERS.keys(), isSender, 'sends HTTP requests'),
    ...needless(READERS.keys(), (file) => operationReads(file).length > 0, 'reads the path of an operation'),
    ...needlessPlaces(files),
  ];
}

/** `{ method: operation.method.toUpperCase(), … }` and `{ method: 'GET', path: operation.path, … }`. */
function makesRequest(node: ts.Node): boolean {
  if (!ts.isPropertyAssignment(node)) return false;
  const value = plain(node.initializer).getText();
  if (node.name.getText() === 'method') return /\.method\.toUpperCase\(\)$/.test(value);
  const hasMethod = node.parent.properties.some(({ name }) => name?.getText() === 'method');
  return hasMethod && node.name.getText() === 'path' && /(?:Api\.\w+|[oO]peration)\.path$/.test(value);
}

const takesRequests = (node: ts.Node): boolean =>
  ts.isImportDeclaration(node) &&
  /^@bramble\/contracts\/(?:shop-)?call$/.test(importedFrom(node) ?? '') &&
  (importedValues(node) ?? []).some((name) => ['encode', 'callBy', 'shopCallBy'].includes(name));

/** Whether an import takes operations (such as `catalogApi`), or what describes one. */
function knowsOperations(node: ts.Node): boolean {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false;
  if (!/^@bramble\/contracts\/|\/operations\.gen$/.test(node.moduleSpecifier.text)) return false;
  return (importedNames(node) ?? []).some((name) => /Api$|^(?:Operation|Route|Endpoint)$/.test(nameOf(name)));
}
