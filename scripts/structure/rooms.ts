import path from 'node:path';
import type { SourceFile } from './sources';

/** An import from one room of a package to another, where both lie on a circle of rooms. */
export interface CircularArrow {
  readonly package: string;
  readonly from: string;
  readonly to: string;
}

const PACKAGE = /^(?:services\/shared\/[^/]+|services\/[^/]+|k8s-jobs|frontend)\/src\//;
const IMPORT = /(?:from |import |import\()'([^'\n]+)'/g;

/**
 * The arrows between rooms that lie on a circle, and so lead back up. A room is a folder right below a package's `src`,
 * or a single file there (`config.ts`, `db.ts` and `app.ts` stand on different floors). Tests are left out.
 */
export function circularArrows(files: readonly SourceFile[]): CircularArrow[] {
  const rooms = new Map<string, Map<string, Set<string>>>();
  for (const file of files) {
    const root = PACKAGE.exec(file.path)?.[0];
    if (root === undefined || file.isTest) continue;
    const own = roomOf(root, file.path);
    const graph = rooms.get(root) ?? new Map<string, Set<string>>();
    rooms.set(root, graph);
    const targets = graph.get(own) ?? new Set<string>();
    graph.set(own, targets);
    for (const [, specifier = ''] of file.text.matchAll(IMPORT)) {
      if (!specifier.startsWith('.')) continue;
      const target = path.posix.normalize(path.posix.join(path.posix.dirname(file.path), specifier));
      if (!target.startsWith(root) || target.includes('/generated/')) continue;
      const room = roomOf(root, target);
      if (room !== own) targets.add(room);
    }
  }
  return [...rooms].flatMap(([root, graph]) =>
    [...graph].flatMap(([from, targets]) =>
      [...targets]
        .filter((to) => reaches(graph, to, from))
        .map((to) => ({ package: root.replace(/\/src\/$/, ''), from, to })),
    ),
  );
}

function roomOf(root: string, file: string): string {
  return (file.slice(root.length).split('/')[0] ?? '').replace(/\.tsx?$/, '');
}

function reaches(graph: ReadonlyMap<string, ReadonlySet<string>>, from: string, goal: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let room = open.pop(); room !== undefined; room = open.pop()) {
    if (room === goal) return true;
    if (seen.has(room)) continue;
    seen.add(room);
    open.push(...(graph.get(room) ?? []));
  }
  return false;
}
