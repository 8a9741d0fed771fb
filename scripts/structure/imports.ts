import ts from 'typescript';

/** The package or file that an import or a re-export names; undefined for one of types only. */
export function importedFrom(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node))
    return node.importClause?.isTypeOnly ? undefined : textOf(node.moduleSpecifier);
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? undefined : textOf(node.moduleSpecifier);
  if (ts.isExternalModuleReference(node)) return textOf(node.expression);
  return ts.isCallExpression(node) && isImport(node.expression) ? textOf(node.arguments[0]) : undefined;
}

const isImport = (called: ts.Expression): boolean =>
  called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require');

const textOf = (node: ts.Expression | undefined): string | undefined =>
  node && ts.isStringLiteralLike(node) ? node.text : undefined;

type Specifier = ts.ImportSpecifier | ts.ExportSpecifier;

/** The names that an import or a re-export takes; undefined when it takes everything. */
export function importedNames(node: ts.Node): readonly Specifier[] | undefined {
  if (ts.isExportDeclaration(node))
    return node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : undefined;
  const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
  const bindings = clause?.namedBindings;
  if (!bindings || clause.name || !ts.isNamedImports(bindings)) return undefined;
  return bindings.elements;
}

/** The name of an import in the file that it comes from. */
export const nameOf = ({ name, propertyName }: Specifier): string => (propertyName ?? name).text;

/** The names that an import takes as values; undefined for all of them. */
export const importedValues = (node: ts.Node): string[] | undefined =>
  importedNames(node)
    ?.filter((element) => !element.isTypeOnly)
    .map(nameOf);
