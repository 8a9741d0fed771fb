import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** The commands that are ours, and not a tool with options of its own. `npm test` gives its words to jest. */
const COMMANDS = [
  'start',
  'dev',
  'logs',
  'check',
  'verify:full',
  'generate',
  'db:migration',
  'new-service',
  'docs',
  'openapi',
  'structure',
  'images',
  'bench',
  'simulate',
  'stress',
  'gallery',
  'footprint',
  'internal-keys',
  'test:browser',
  'test:chaos',
  'test:chart',
  'test:cluster',
  'test:memory',
  'test:mutation',
  'scan',
  'test:security',
];
const command = (name: string): string[] =>
  (scripts[name] ?? '')
    .replace(/^exec /, '')
    .split(' ')
    .slice(1);
const LOCKFILE = ['scripts/complete-lockfile.mjs'];

/** Runs a Node program in the clone to its end. */
const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });

it.each([
  ...COMMANDS.map((name) => [name, command(name)] as const),
  ['complete-lockfile', LOCKFILE] as const,
])(
  '%s explains itself with an example, and refuses an unknown option in one sentence',
  async (_name, words) => {
    const [help, wrong] = await Promise.all([run(...words, '--help'), run(...words, '--no-such-option')]);
    expect({ code: help.code, err: help.err }).toEqual({ code: 0, err: '' });
    expect(help.out).toMatch(/^Usage: /);
    expect(help.out).toMatch(/\nExample: \S/);
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toMatch(/^[a-z:-]+: unknown option '--no-such-option'\n$/i);
  },
  120_000,
);

it.each([
  ['simulate', ['--rate', 'fast'], '--rate takes 0.01 to 1000'],
  ['simulate', ['--url', 'http://example.com'], 'add --anywhere if another one is yours'],
  ['test:chaos', ['--seeds', '1.5'], '--seeds takes a whole number from 1 to 1000'],
  ['bench', ['--url', 'http://example.com'], '--url takes an address of this machine only'],
  [
    'images',
    ['--platform', 'linux/mips'],
    'images are built for linux/amd64 and linux/arm64, not linux/mips',
  ],
  ['images', ['nothing'], 'there is no image nothing; there are'],
  ['logs', ['--lines', 'many'], '--lines takes a whole number from 0 to 9999999'],
  ['dev', ['--level', 'loud'], '--level takes trace'],
  ['openapi', ['--check', '--release'], "'--release'"],
  ['structure', ['--root', '/nowhere'], '--root takes the folder of a checkout'],
  ['db:migration', ['nobody', 'x'], 'there is no PostgreSQL database of "nobody"'],
])(
  '%s refuses %j in one sentence',
  async (name, words, sentence) => {
    const { code, out, err } = await run(...command(name), ...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(sentence);
    expect(err).toMatch(/^[a-z:-]+: [^\n]+\n$/);
  },
  120_000,
);
