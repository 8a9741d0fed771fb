import path from 'node:path';
import type { SourceFile } from './sources';

/** An import from one part of a folder to another, where both lie on an import cycle. */
export interface CyclicImport {
  /** The folder that holds both parts. */
  readonly folder: string;
  readonly from: string;
  readonly to: string;
}

/** The parts of a folder, each with the parts that it imports. */
type Parts = Map<string, Set<string>>;

const PACKAGE = /^(?:(?:services\/shared\/[^/]+|services\/[^/]+|k8s-jobs|frontend)\/src|scripts)(?=\/)/;
const IMPORT = /(?:from |import |import\()'([^'\n]+)'/g;

/**
 * The imports between parts of a folder that lie on a cycle, in every folder of every package; imports of types count. A
 * part is a subfolder or a single file beside it, so a cycle of files is found in the deepest folder that holds them all.
 * Tests are left out.
 */
export function cyclicImports(files: readonly SourceFile[]): CyclicImport[] {
  const folders = new Map<string, Parts>();
  for (const file of files) {
    const root = PACKAGE.exec(file.path)?.[0];
    if (root === undefined || file.isTest) continue;
    for (const [, specifier = ''] of file.text.matchAll(IMPORT)) {
      if (!specifier.startsWith('.')) continue;
      const target = path.posix.normalize(path.posix.join(path.posix.dirname(file.path), specifier));
      if (target.startsWith(`${root}/`) && !target.includes('/generated/')) note(folders, file.path, target);
    }
  }
  return [...folders].flatMap(([folder, parts]) =>
    [...parts].flatMap(([from, targets]) =>
      [...targets].filter((to) => reaches(parts, to, from)).map((to) => ({ folder, from, to })),
    ),
  );
}

/** Notes an import in the deepest folder that holds both files; `x.ts` is a part of the folder `x` too, named `.` there. */
function note(folders: Map<string, Parts>, file: string, target: string): void {
  const own = file.replace(/\.tsx?$/, '').split('/');
  const other = target.replace(/\.tsx?$/, '').split('/');
  let depth = 0;
  while (depth < own.length && own[depth] === other[depth]) depth++;
  const folder = own.slice(0, depth).join('/');
  const parts: Parts = folders.get(folder) ?? new Map<string, Set<string>>();
  folders.set(folder, parts);
  const from = own[depth] ?? '.';
  parts.set(from, (parts.get(from) ?? new Set<string>()).add(other[depth] ?? '.'));
}

function reaches(parts: Parts, from: string, goal: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part === goal) return true;
    if (seen.has(part)) continue;
    seen.add(part);
    open.push(...(parts.get(part) ?? []));
  }
  return false;
}
