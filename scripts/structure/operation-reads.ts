import ts from 'typescript';
import type { SourceFile } from './sources';
import { nodesOf, type Place, placeOf, plain } from './tree';

/** The kind of value that a name or an expression has; an entry is a key with its operation. */
type Kind = 'operation' | 'list' | 'table' | 'entry' | 'entries';
/** The names of values and of types that a file gives by itself. */
interface Names {
  readonly values: Map<string, Kind>;
  readonly types: Map<string, Kind>;
}

/** Reading one of these is the sign of a request that `encode` did not make. */
const FIELDS = new Set(['path', 'aliases']);
/** Lists of methods that answer a part of a list. */
const SOME = new Set(['filter', 'slice', 'toSorted']);
const ONE = new Set(['find', 'findLast', 'at']);
/** Types that keep the fields of their first argument. */
const WRAPPERS = new Set(['Pick', 'Omit', 'Partial', 'Required', 'Readonly', 'NonNullable']);
const TYPES = new Set(['Operation', 'PublicOperation', 'Endpoint']);

const usualKind = (name: string): Kind | undefined => {
  if (/Api$/.test(name)) return 'table';
  if (/^(?:\w+O|o)perations$/.test(name)) return 'list';
  return /^(?:\w+O|o)peration$/.test(name) ? 'operation' : undefined;
};

/**
 * The places that read the path of an operation. Operations are known by their names (`catalogApi`, `publicOperations`,
 * `operation`), by their types, and by what a file declares out of them. A path that only becomes the name of a route in
 * metrics (`templateOf`) is left out.
 */
export function operationReads(file: SourceFile): Place[] {
  const names: Names = { values: new Map(), types: new Map() };
  return nodesOf(file)
    .flatMap((node) => readsAt(node, names))
    .map((node) => placeOf(node, file));
}

function readsAt(node: ts.Node, names: Names): ts.Node[] {
  if (ts.isImportSpecifier(node) && node.propertyName) {
    const kind = usualKind(node.propertyName.text);
    if (kind) names.values.set(node.name.text, kind);
  }
  if (ts.isTypeAliasDeclaration(node)) nameType(node.name, node.type, names);
  if (ts.isTypeParameterDeclaration(node)) nameType(node.name, node.constraint, names);
  if (ts.isParameter(node) || ts.isVariableDeclaration(node))
    return bind(node.name, kindOfDeclaration(node, names), names);
  if (ts.isSpreadAssignment(node)) return kindOf(node.expression, names) === 'operation' ? [node] : [];
  const field = fieldOf(node);
  if (!field || !FIELDS.has(field.name) || kindOf(field.of, names) !== 'operation') return [];
  return isTemplate(node) ? [] : [node];
}

function nameType({ text }: ts.Identifier, type: ts.TypeNode | undefined, names: Names): void {
  const kind = type && kindOfType(type, names);
  if (kind) names.types.set(text, kind);
}

const isTemplate = ({ parent }: ts.Node): boolean =>
  ts.isCallExpression(parent) && parent.expression.getText() === 'templateOf';

/** The name of a field and the expression that has it: `a.name`, `a?.name` and `a['name']`. */
function fieldOf(node: ts.Node): { name: string; of: ts.Expression } | undefined {
  if (ts.isPropertyAccessExpression(node)) return { name: node.name.text, of: node.expression };
  if (!ts.isElementAccessExpression(node)) return undefined;
  const { argumentExpression: key } = node;
  return { name: ts.isStringLiteralLike(key) ? key.text : '', of: node.expression };
}

/** Notes what the names of a pattern stand for, and answers the reads in the pattern itself. */
function bind(name: ts.BindingName, kind: Kind | undefined, names: Names): ts.Node[] {
  if (!kind) return [];
  if (ts.isIdentifier(name)) {
    names.values.set(name.text, kind);
    return [];
  }
  return name.elements.flatMap((element, index) => {
    if (ts.isOmittedExpression(element)) return [];
    if (kind === 'operation')
      return FIELDS.has((element.propertyName ?? element.name).getText()) ? [element] : [];
    if (kind === 'entry') return index === 1 ? bind(element.name, 'operation', names) : [];
    return bind(element.name, partOf(kind), names);
  });
}

/** The kind of value that a table or a list consists of. */
const partOf = (kind: Kind | undefined): Kind | undefined => {
  if (kind === 'table' || kind === 'list') return 'operation';
  return kind === 'entries' ? 'entry' : undefined;
};

function kindOfDeclaration(
  node: ts.ParameterDeclaration | ts.VariableDeclaration,
  names: Names,
): Kind | undefined {
  const stated = node.type && kindOfType(node.type, names);
  if (stated) return stated;
  if (node.initializer) return kindOf(node.initializer, names);
  const { parent } = node;
  if (ts.isVariableDeclarationList(parent) && ts.isForOfStatement(parent.parent))
    return partOf(kindOf(parent.parent.expression, names));
  // A callback of a list: `operations.map(({ path }) => …)`.
  if (!ts.isFunctionLike(parent) || parent.parameters[0] !== node) return undefined;
  const call = parent.parent;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const owner = kindOf(call.expression.expression, names);
  return owner === 'table' ? undefined : partOf(owner);
}

function kindOf(node: ts.Expression, names: Names): Kind | undefined {
  const expression = plain(node);
  if (ts.isIdentifier(expression)) return names.values.get(expression.text) ?? usualKind(expression.text);
  if (ts.isPropertyAccessExpression(expression)) {
    if (kindOf(expression.expression, names) === 'table') return 'operation';
    return usualKind(expression.name.text);
  }
  if (ts.isElementAccessExpression(expression)) {
    const owner = kindOf(expression.expression, names);
    return owner === 'entry' ? 'operation' : partOf(owner);
  }
  return ts.isCallExpression(expression) ? kindOfAnswer(expression, names) : undefined;
}

function kindOfAnswer({ expression, arguments: [first] }: ts.CallExpression, names: Names): Kind | undefined {
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  const method = expression.name.text;
  if (expression.expression.getText() === 'Object') {
    if (!first || kindOf(first, names) !== 'table') return undefined;
    if (method === 'values') return 'list';
    return method === 'entries' ? 'entries' : undefined;
  }
  const owner = kindOf(expression.expression, names);
  if (owner !== 'list' && owner !== 'entries') return undefined;
  if (SOME.has(method)) return owner;
  return ONE.has(method) ? partOf(owner) : undefined;
}

function kindOfType(type: ts.TypeNode, names: Names): Kind | undefined {
  if (ts.isParenthesizedTypeNode(type) || ts.isTypeOperatorNode(type)) return kindOfType(type.type, names);
  if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type))
    return type.types.map((part) => kindOfType(part, names)).find((kind) => kind !== undefined);
  if (ts.isArrayTypeNode(type)) return kindOfType(type.elementType, names) && 'list';
  if (!ts.isTypeReferenceNode(type)) return undefined;
  const name = type.typeName.getText();
  const [first, second] = type.typeArguments ?? [];
  if (WRAPPERS.has(name)) return first && kindOfType(first, names);
  if (name === 'Array' || name === 'ReadonlyArray') return first && kindOfType(first, names) && 'list';
  if (name === 'Record') return second && kindOfType(second, names) && 'table';
  return TYPES.has(name) ? 'operation' : names.types.get(name);
}
