import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
  assets?: string[];
  isEntry?: boolean;
}
type Manifest = Record<string, Chunk>;

const KB = 1000;
/** Brotli bytes of a first load, as the storefront's design document gives them. */
export const budgets = {
  js: 130 * KB,
  all: 170 * KB,
  css: 16 * KB,
  html: 6 * KB,
  fonts: 90 * KB,
  lazy: 110 * KB,
} as const;

const closure = (manifest: Manifest, start: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(start)) return seen;
  seen.add(start);
  for (const next of manifest[start]?.imports ?? []) closure(manifest, next, seen);
  return seen;
};

/** Weighs a build: what the first page needs, and the heaviest chunk that comes later. */
export const weigh = (folder: string) => {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const size = (file: string): number => {
    try {
      return statSync(join(folder, `${file}.br`)).size;
    } catch {
      return statSync(join(folder, file)).size;
    }
  };
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry);
  if (!entry) throw new Error('the manifest names no entry');
  const first = [...closure(manifest, entry)].flatMap((name) => manifest[name] ?? []);
  const sum = (files: string[]): number => [...new Set(files)].reduce((total, file) => total + size(file), 0);
  const js = sum(first.map(({ file }) => file));
  const css = sum(first.flatMap((chunk) => chunk.css ?? []));
  const html = size('index.html');
  const fonts = sum(
    Object.values(manifest)
      .flatMap(({ file, assets = [] }) => [file, ...assets])
      .filter((file) => file.endsWith('.woff2')),
  );
  const firstFiles = new Set(first.map(({ file }) => file));
  const later = Object.values(manifest).filter(({ file }) => file.endsWith('.js') && !firstFiles.has(file));
  const lazy = Math.max(0, ...later.map(({ file }) => size(file)));
  return { js, css, html, fonts, lazy, all: js + css + html };
};

/** Breaks the build when a first load has become too heavy. */
export const keepBudgets = (): Plugin => {
  let folder = '';
  return {
    name: 'bramble-budgets',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const weight = weigh(folder);
        const names = Object.keys(budgets) as (keyof typeof budgets)[];
        const over = names.filter((name) => weight[name] > budgets[name]);
        const line = names
          .map((name) => `${name} ${(weight[name] / KB).toFixed(1)} of ${budgets[name] / KB} kB`)
          .join(', ');
        if (over.length > 0) throw new Error(`over budget (${over.join(', ')}): ${line}`);
        this.info(`first load, compressed: ${line}`);
      },
    },
  };
};
