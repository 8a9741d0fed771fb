import path from 'node:path';
import type { SourceFile } from './sources';

/** An import from one part of a package to another, where both lie on an import cycle. */
export interface CyclicImport {
  readonly package: string;
  readonly from: string;
  readonly to: string;
}

const PACKAGE = /^(?:services\/shared\/[^/]+|services\/[^/]+|k8s-jobs|frontend)\/src\//;
const IMPORT = /(?:from |import |import\()'([^'\n]+)'/g;

/**
 * The imports between parts of a package that lie on a cycle. A part is a folder right below the package's `src`, or a single
 * file there, since `config.ts`, `db.ts` and `app.ts` are different layers. Tests are left out.
 */
export function cyclicImports(files: readonly SourceFile[]): CyclicImport[] {
  const packages = new Map<string, Map<string, Set<string>>>();
  for (const file of files) {
    const root = PACKAGE.exec(file.path)?.[0];
    if (root === undefined || file.isTest) continue;
    const own = partOf(root, file.path);
    const graph = packages.get(root) ?? new Map<string, Set<string>>();
    packages.set(root, graph);
    const targets = graph.get(own) ?? new Set<string>();
    graph.set(own, targets);
    for (const [, specifier = ''] of file.text.matchAll(IMPORT)) {
      if (!specifier.startsWith('.')) continue;
      const target = path.posix.normalize(path.posix.join(path.posix.dirname(file.path), specifier));
      if (!target.startsWith(root) || target.includes('/generated/')) continue;
      const part = partOf(root, target);
      if (part !== own) targets.add(part);
    }
  }
  return [...packages].flatMap(([root, graph]) =>
    [...graph].flatMap(([from, targets]) =>
      [...targets]
        .filter((to) => reaches(graph, to, from))
        .map((to) => ({ package: root.replace(/\/src\/$/, ''), from, to })),
    ),
  );
}

function partOf(root: string, file: string): string {
  return (file.slice(root.length).split('/')[0] ?? '').replace(/\.tsx?$/, '');
}

function reaches(graph: ReadonlyMap<string, ReadonlySet<string>>, from: string, goal: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part === goal) return true;
    if (seen.has(part)) continue;
    seen.add(part);
    open.push(...(graph.get(part) ?? []));
  }
  return false;
}
