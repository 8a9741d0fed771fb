import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(__dirname, '..');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }));

const naming = (wrong: RegExp) => files.filter(({ text }) => wrong.test(text)).map(({ file }) => file);

it('no component names a raw colour: the tokens do', () => {
  expect(
    naming(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(/i).filter((file) => !file.startsWith('testing/')),
  ).toEqual([]);
});

it('nothing writes HTML or style sheets that the content security policy would refuse', () => {
  expect(naming(/dangerouslySetInnerHTML|createElement\('(?:style|script)'\)|\beval\(/)).toEqual([]);
});

it('no browser code imports an icon set', () => {
  expect(naming(/@iconify-json/)).toEqual([]);
});

it('of the contracts only types, limits, countries and the halves of a call reach the browser, so that schemas weigh nothing', () => {
  expect(
    naming(/import (?!type )[^;]*from '@bramble\/contracts\/(?!(?:limits|countries|call|call-error)')/),
  ).toEqual([]);
  const contract = (file: string) =>
    readFileSync(join(source, '../../services/shared/contracts/src', `${file}.ts`), 'utf8');
  for (const file of ['limits', 'countries', 'call', 'call-error', 'operation'])
    expect(contract(file)).not.toMatch(/^import (?!type )[^;]*from '(?!\.\/(?:call-error|operation)')/m);
});

it('no path of the API is typed in: calls name an operation, and one file sends them', () => {
  expect(naming(/['"`]\/api\b/)).toEqual(['lib/operations.gen.ts']);
  expect(naming(/\bfetch\(/)).toEqual(['lib/api.ts']);
});
