import ts from 'typescript';
import { importedFrom, importedNames, importedValues, nameOf } from './imports';
import type { SourceFile } from './sources';
import { nodesOf, type Place, placeOf, plain } from './tree';

const LIBRARIES = new Set(['undici', 'axios', 'got', 'ky', 'node-fetch', 'superagent', 'supertest']);
const NODE_HTTP = /^(?:node:)?http[s2]?$/;
/** The values of Node's HTTP modules that send nothing. */
const SERVING = new Set(['createServer', 'Server', 'IncomingMessage', 'ServerResponse', 'STATUS_CODES']);
const GLOBALS = new Set(['fetch', 'XMLHttpRequest', 'EventSource']);
const HOLDERS = new Set(['globalThis', 'global', 'window', 'self', 'navigator']);

/** Whether the node is a use of what sends HTTP requests: a global, a library, or Node's own modules. */
export function sends(node: ts.Node): boolean {
  if (takesSender(node)) return true;
  if (ts.isPropertyAccessExpression(node))
    return isHolder(node.expression) && isGlobalOfHolder(node.name.text);
  if (ts.isElementAccessExpression(node)) {
    const { argumentExpression: name } = node;
    return isHolder(node.expression) && ts.isStringLiteralLike(name) && isGlobalOfHolder(name.text);
  }
  if (ts.isBindingElement(node)) return takesFromHolder(node);
  return ts.isIdentifier(node) && GLOBALS.has(node.text) && isValue(node) && !isParameter(node);
}

/** The places where a file exports what sends HTTP requests under the library's name or another one. */
export function handedOn(file: SourceFile): Place[] {
  const nodes = nodesOf(file);
  const taken = new Set(
    nodes.filter(takesSender).flatMap((node) => (importedNames(node) ?? []).map(({ name }) => name.text)),
  );
  const handsOn = (node: ts.Node): boolean => {
    if (!ts.isExportDeclaration(node)) return false;
    if (node.moduleSpecifier) return takesSender(node);
    return !node.isTypeOnly && (importedNames(node) ?? []).some((element) => taken.has(nameOf(element)));
  };
  return nodes.filter(handsOn).map((node) => placeOf(node, file));
}

/** Whether an import or a re-export takes a value that sends HTTP requests. */
function takesSender(node: ts.Node): boolean {
  const source = importedFrom(node);
  if (source === undefined) return false;
  const names = importedValues(node);
  if (LIBRARIES.has(source)) return names === undefined || names.length > 0;
  return NODE_HTTP.test(source) && (names === undefined || names.some((name) => !SERVING.has(name)));
}

const isGlobalOfHolder = (name: string): boolean => GLOBALS.has(name) || name === 'sendBeacon';
const isHolder = (expression: ts.Expression): boolean => HOLDERS.has(plain(expression).getText());

/** `const { fetch } = globalThis` */
function takesFromHolder({ name, propertyName, parent }: ts.BindingElement): boolean {
  const declaration = parent.parent;
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  return isHolder(declaration.initializer) && isGlobalOfHolder((propertyName ?? name).getText());
}

/** Whether a name stands for a value here, and names no property, parameter, declaration or type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false;
  return !ts.isTypeNode(parent) && !('name' in parent && parent.name === node);
}

/** Whether a function around the name has a parameter of that name, or declares it. */
function isParameter({ text, parent }: ts.Identifier): boolean {
  for (let outer: ts.Node = parent; !ts.isSourceFile(outer); outer = outer.parent)
    if (ts.isFunctionLike(outer) && outer.parameters.some(({ name }) => name.getText() === text)) return true;
  return false;
}
