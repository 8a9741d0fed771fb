import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A hand-written file of code: its path from the root, its text, and whether it is a test or serves tests only. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly isTest: boolean;
}

const GENERATED = /\.gen\.tsx?$|\.d\.ts$/;
const TEST = /\.test\.tsx?$|(?:^|\/)tests?\/|\/test-kit\/|\/testing\//;

const TYPESCRIPT = ['*.ts', '*.tsx'];
/** All files that Node or a browser runs. */
export const ALL_CODE = [...TYPESCRIPT, '*.mts', '*.cts', '*.js', '*.jsx', '*.mjs', '*.cjs'];

/** The files below `root` that git tracks or would take, without generated ones; those in TypeScript by default. */
export function readSources(root: string, names: readonly string[] = TYPESCRIPT): SourceFile[] {
  const files = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...names];
  const listed = execFileSync('git', ['-C', root, ...files], { encoding: 'utf8' });
  return listed
    .split('\0')
    .filter((file) => file !== '' && !GENERATED.test(file) && existsSync(path.join(root, file)))
    .map((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      return { path: file, text, lines: text.replace(/\n$/, '').split('\n'), isTest: TEST.test(file) };
    });
}

/** The value below which `share` (0 to 1) of the numbers lie; 0 for an empty list. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
