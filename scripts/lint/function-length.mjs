/** A factory is a list of named functions, so its own length says nothing; the functions in it are counted. */
const FACTORY = /^(?:create|build|open)[A-Z]|Routes$/;
const MAX_LINES = 80;

function nameOf(node) {
  const { parent } = node;
  return (
    node.id?.name ?? (parent.type === 'VariableDeclarator' ? parent.id.name : undefined) ?? parent.key?.name
  );
}

/** ESLint rule: a function that is no factory has at most 80 lines. */
export const functionLength = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { tooLong: '{{name}} has {{lines}} lines; split it at {{max}}.' },
  },
  create(context) {
    const check = (node) => {
      const name = nameOf(node) ?? 'This function';
      const lines = node.loc.end.line - node.loc.start.line + 1;
      if (lines > MAX_LINES && !FACTORY.test(name))
        context.report({ node, messageId: 'tooLong', data: { name, lines, max: MAX_LINES } });
    };
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
};
