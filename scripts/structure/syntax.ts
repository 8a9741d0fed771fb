import ts from 'typescript';
import type { SourceFile } from './sources';
import { nodesOf } from './tree';

/** A function with a body: its name where it has one, and how many lines it spans. */
export interface FunctionSize {
  readonly file: string;
  readonly name: string;
  readonly lines: number;
}

export interface SyntaxCounts {
  readonly functions: FunctionSize[];
  /** `x as T`, without `as const`. */
  casts: number;
  /** `...(condition ? {} : { x })` and its reverse, which exactOptionalPropertyTypes makes necessary. */
  conditionalSpreads: number;
  anyTypes: number;
  nonNullAssertions: number;
  itCalls: number;
  testCalls: number;
  /** Parameters whose type is the whole `Service`. */
  serviceParameters: number;
}

/** Counts in the syntax trees of these files. */
export function countSyntax(files: readonly SourceFile[]): SyntaxCounts {
  const counts: SyntaxCounts = {
    functions: [],
    casts: 0,
    conditionalSpreads: 0,
    anyTypes: 0,
    nonNullAssertions: 0,
    itCalls: 0,
    testCalls: 0,
    serviceParameters: 0,
  };
  for (const file of files) {
    for (const node of nodesOf(file)) count(node, file.path, counts);
  }
  return counts;
}

function count(node: ts.Node, file: string, counts: SyntaxCounts): void {
  if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
    const tree = node.getSourceFile();
    const start = tree.getLineAndCharacterOfPosition(node.getStart()).line;
    const end = tree.getLineAndCharacterOfPosition(node.end).line;
    counts.functions.push({ file, name: nameOf(node), lines: end - start + 1 });
  }
  if (ts.isAsExpression(node) && node.type.getText() !== 'const') counts.casts += 1;
  if (ts.isSpreadAssignment(node) && isConditionalObject(node.expression)) counts.conditionalSpreads += 1;
  if (node.kind === ts.SyntaxKind.AnyKeyword) counts.anyTypes += 1;
  if (ts.isNonNullExpression(node)) counts.nonNullAssertions += 1;
  if (ts.isParameter(node) && node.type?.getText() === 'Service') counts.serviceParameters += 1;
  if (ts.isCallExpression(node)) {
    const called = node.expression.getText();
    if (called === 'it' || called === 'it.each') counts.itCalls += 1;
    if (called === 'test' || called === 'test.each') counts.testCalls += 1;
  }
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name.getText() : '';
}

function isConditionalObject(expression: ts.Expression): boolean {
  const inner = ts.isParenthesizedExpression(expression) ? expression.expression : expression;
  if (!ts.isConditionalExpression(inner)) return false;
  const isEmpty = (side: ts.Expression) => ts.isObjectLiteralExpression(side) && side.properties.length === 0;
  return isEmpty(inner.whenTrue) || isEmpty(inner.whenFalse);
}
