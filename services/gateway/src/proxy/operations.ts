import { templateOf } from '@bramble/contracts/operation';
import type { PublicOperation } from '@bramble/contracts/public-operations';

export interface Matched {
  operation: PublicOperation;
  /** The template of the path, such as `/api/orders/{id}`. */
  template: string;
}

/** Finds the operation of a method and path: fixed paths in a table, paths with parameters by their segments. */
export function operationMatcher(
  operations: readonly PublicOperation[],
): (method: string, path: string) => Matched | undefined {
  const fixed = new Map<string, Matched>();
  /** A fixed path has only its own methods, even where its last segment would match a parameter. */
  const fixedPaths = new Set<string>();
  const open = new Map<string, { segments: string[]; matched: Matched }[]>();
  for (const operation of operations)
    for (const path of [operation.path, ...(operation.aliases ?? [])]) {
      const matched = { operation, template: templateOf(operation.path) };
      const method = operation.method.toUpperCase();
      if (!path.includes(':')) {
        fixed.set(`${method} ${path}`, matched);
        fixedPaths.add(path);
      } else {
        const segments = path.split('/');
        const key = `${method} ${segments.length}`;
        open.set(key, [...(open.get(key) ?? []), { segments, matched }]);
      }
    }
  return (asked, path) => {
    const method = asked === 'HEAD' ? 'GET' : asked;
    const exact = fixed.get(`${method} ${path}`);
    if (exact || fixedPaths.has(path)) return exact;
    const given = path.split('/');
    return open
      .get(`${method} ${given.length}`)
      ?.find(({ segments }) =>
        segments.every((segment, index) =>
          segment.startsWith(':') ? given[index] !== '' : segment === given[index],
        ),
      )?.matched;
  };
}

const contractMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The methods of a path for the `Allow` header; empty for an unknown path. */
export const methodsOf = (match: ReturnType<typeof operationMatcher>, path: string): string[] => {
  const methods: string[] = contractMethods.filter((method) => match(method, path) !== undefined);
  return methods.length === 0
    ? []
    : ['OPTIONS', ...(methods.includes('GET') ? ['HEAD'] : []), ...methods].sort();
};
