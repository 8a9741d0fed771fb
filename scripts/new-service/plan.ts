import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { root } from '../workspace';

/** The files that a command will write, by their paths from the root; nothing is written before `write`. */
export function createPlan() {
  const files = new Map<string, { text: string; isNew: boolean }>();

  function add(file: string, text: string): void {
    files.set(file, { text, isNew: true });
  }

  /** Changes a file that exists; throws when the change finds no place in it. */
  function edit(file: string, change: (text: string) => string): void {
    const planned = files.get(file);
    const before = planned?.text ?? readFileSync(path.join(root, file), 'utf8');
    const text = change(before);
    if (text === before)
      throw new Error(`${file} does not look as this command expects: nothing was written.`);
    files.set(file, { text, isNew: planned?.isNew ?? false });
  }

  /** Inserts a text before the only place where `anchor` stands. */
  function insert(file: string, anchor: string, addition: string): void {
    edit(file, (text) => {
      const [before, after, ...more] = text.split(anchor);
      if (after === undefined || more.length > 0) return text;
      return `${before}${addition}${anchor}${after}`;
    });
  }

  /** The text that a planned file will have. */
  const textOf = (file: string): string => files.get(file)?.text ?? '';

  /** Writes every file; those that prettier does not ignore are formatted, which is done before the first is written. */
  async function write(): Promise<void> {
    const ready: (readonly [string, string])[] = [];
    for (const [file, { text }] of files) {
      const target = path.join(root, file);
      ready.push([target, await formatted(target, text)]);
    }
    for (const [target, text] of ready) {
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  }

  const lines = (): string[] =>
    [...files].map(([file, { isNew }]) => `${isNew ? 'new    ' : 'changed'} ${file}`);

  return { add, edit, insert, textOf, write, lines };
}
export type Plan = ReturnType<typeof createPlan>;

async function formatted(file: string, text: string): Promise<string> {
  const { ignored, inferredParser } = await prettier.getFileInfo(file, {
    ignorePath: path.join(root, '.prettierignore'),
  });
  if (ignored || inferredParser === null) return text;
  return prettier.format(text, { ...(await prettier.resolveConfig(file)), filepath: file });
}
