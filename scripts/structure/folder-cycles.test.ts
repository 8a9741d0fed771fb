import path from 'node:path';
import { cyclicImports } from './folder-cycles';
import { readSources, type SourceFile } from './sources';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BOX = 'services/box/src';

const source = (file: string, text: string): SourceFile => ({
  path: `${BOX}/${file}`,
  text,
  lines: text.split('\n'),
  isTest: false,
});

describe('imports on a cycle', () => {
  it('are none in the code', () => {
    const files = readSources(ROOT);
    expect(files.length).toBeGreaterThan(300);
    expect(cyclicImports(files)).toEqual([]);
  });

  it('are found between nested folders, with no cycle of files', () => {
    const files = [
      source('events/reader/read.ts', "import { letter } from '../letters/letter';"),
      source('events/letters/from-entry.ts', "import { entry } from '../reader/entry';"),
    ];
    expect(cyclicImports(files)).toEqual([
      { folder: `${BOX}/events`, from: 'reader', to: 'letters' },
      { folder: `${BOX}/events`, from: 'letters', to: 'reader' },
    ]);
  });

  it('are found between files that import types only', () => {
    const files = [
      source('shop/pool.ts', "import { observe } from './metrics';"),
      source('shop/metrics.ts', "import type { Pool } from './pool';"),
    ];
    expect(cyclicImports(files)).toEqual([
      { folder: `${BOX}/shop`, from: 'pool', to: 'metrics' },
      { folder: `${BOX}/shop`, from: 'metrics', to: 'pool' },
    ]);
  });

  it('are found between a file and the folder of its name', () => {
    const files = [
      source('names.ts', "import { first } from './names/first';"),
      source('names/first.ts', "import { all } from '../names';"),
    ];
    expect(cyclicImports(files)).toEqual([
      { folder: `${BOX}/names`, from: '.', to: 'first' },
      { folder: `${BOX}/names`, from: 'first', to: '.' },
    ]);
  });

  it('are not found where all imports point down', () => {
    const files = [
      source('app.ts', "import './shop/pool';"),
      source('shop/pool.ts', "import './metrics';"),
      source('shop/metrics.ts', "import '../config';"),
      source('config.ts', ''),
    ];
    expect(cyclicImports(files)).toEqual([]);
  });
});
