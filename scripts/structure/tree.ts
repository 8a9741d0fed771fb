import ts from 'typescript';
import type { SourceFile } from './sources';

/** The syntax tree of a file, with parents. */
function parse({ path, text }: SourceFile): ts.SourceFile {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
}

/** Several figures read the same tree. */
const cache = new WeakMap<SourceFile, readonly ts.Node[]>();

/** All nodes of a file, each before those inside it. */
export function nodesOf(file: SourceFile): readonly ts.Node[] {
  const known = cache.get(file);
  if (known) return known;
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    found.push(node);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(parse(file), visit);
  cache.set(file, found);
  return found;
}

/** A node of a file for a person: the file, the line, and the beginning of the text. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

export function placeOf(node: ts.Node, file: SourceFile): Place {
  const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
  return { file: file.path, line: line + 1, what: node.getText().replace(/\s+/g, ' ').slice(0, 80) };
}

/** An expression without parentheses, and without what only the compiler reads. */
export const plain = (expression: ts.Expression): ts.Expression =>
  ts.isAsExpression(expression) ||
  ts.isSatisfiesExpression(expression) ||
  ts.isNonNullExpression(expression) ||
  ts.isParenthesizedExpression(expression)
    ? plain(expression.expression)
    : expression;
