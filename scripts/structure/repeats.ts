import type { SourceFile } from './sources';

/** Two places that share at least `RUN` equal lines of code. */
export interface Repeat {
  readonly first: string;
  readonly second: string;
  readonly lines: number;
}

/** Shorter runs are mostly signatures and closing braces. */
const RUN = 6;
/** A window that stands in more places than this is boilerplate. */
const TOO_COMMON = 8;

interface Place {
  readonly file: number;
  readonly index: number;
}

/** Pairs of runs of at least six equal lines; blank lines, comments, imports and lone punctuation do not count. */
export function repeats(files: readonly SourceFile[]): Repeat[] {
  const code = files.map((file) =>
    file.lines
      .map((line, at) => ({ text: line.trim(), at: at + 1 }))
      .filter(({ text }) => !/^(?:\/\/|\/?\*|import |export \{|\} from |\W*$)/.test(text)),
  );
  const windows = new Map<string, Place[]>();
  code.forEach((lines, file) => {
    for (let index = 0; index + RUN <= lines.length; index += 1) {
      const key = lines
        .slice(index, index + RUN)
        .map(({ text }) => text)
        .join('\n');
      const places = windows.get(key) ?? [];
      places.push({ file, index });
      windows.set(key, places);
    }
  });
  const covered = new Set<string>();
  const found: Repeat[] = [];
  for (const places of windows.values()) {
    if (places.length < 2 || places.length > TOO_COMMON) continue;
    for (const [at, first] of places.entries()) {
      for (const second of places.slice(at + 1)) {
        if (covered.has(keyOf(first, second))) continue;
        const length = lengthOf(code, first, second);
        for (let step = 0; step + RUN <= length; step += 1)
          covered.add(keyOf(shift(first, step), shift(second, step)));
        found.push({ first: spot(first, length), second: spot(second, length), lines: length });
      }
    }
  }
  return found.sort((a, b) => b.lines - a.lines);

  function spot({ file, index }: Place, length: number): string {
    return `${files[file]?.path}:${code[file]?.[index]?.at}-${code[file]?.[index + length - 1]?.at}`;
  }
}

const keyOf = (a: Place, b: Place) => `${a.file}:${a.index}|${b.file}:${b.index}`;
const shift = (place: Place, step: number): Place => ({ file: place.file, index: place.index + step });

function lengthOf(code: readonly (readonly { text: string }[])[], first: Place, second: Place): number {
  let length = 0;
  for (;;) {
    const a = code[first.file]?.[first.index + length];
    const b = code[second.file]?.[second.index + length];
    if (a === undefined || b === undefined || a.text !== b.text) return length;
    length += 1;
  }
}
