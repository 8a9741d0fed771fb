// npm run structure: measures the shape of the code.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createCommand, runCommand, UsageError } from '@bramble/service-kit/base/command-line';
import { contractClients, guarded } from './structure/contract-clients';
import { cyclicImports } from './structure/folder-cycles';
import { typedPaths, urlPaths } from './structure/operation-paths';
import { repeats } from './structure/repeats';
import { ALL_CODE, quantile, readSources, type SourceFile } from './structure/sources';
import { countSyntax, type FunctionSize } from './structure/syntax';
import type { Place } from './structure/tree';

const AREAS: readonly (readonly [string, RegExp])[] = [
  ['services', /^services\/(?!shared\/)/],
  ['service-kit', /^services\/shared\/service-kit\//],
  ['other shared packages', /^services\/shared\//],
  ['k8s-jobs', /^k8s-jobs\//],
  ['frontend', /^frontend\//],
  ['scripts + root', /^(?:scripts\/|[^/]+$)/],
];
const FACTORY = /^(?:create|build|open)[A-Z]|Routes$/;
const VIEW = /\.tsx$/;
const GATEWAY = 'services/gateway/src/';

const program = createCommand('npm run structure --', {
  does: 'Prints files, functions, import cycles between folders, repeated lines, casts and clients of the contract as a table.',
  example: 'npm run structure -- --list',
})
  .option('--root <folder>', 'measure another checkout', '.')
  .option('--list', 'name the places behind the figures', false)
  .action(() => {
    const { root, list } = program.opts<{ root: string; list: boolean }>();
    if (!existsSync(path.join(root, 'package.json')))
      throw new UsageError(`--root takes the folder of a checkout, and ${root} is none`);
    print(path.resolve(root), list);
  });

function print(root: string, list: boolean): void {
  const files = readSources(root);
  const source = files.filter((file) => !file.isTest);
  const tests = files.filter((file) => file.isTest);
  console.log('| area | files | lines | median | p90 | max | >150 | >300 | <=15 | comment % |');
  console.log('|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|');
  const left = new Set(source);
  for (const [name, pattern] of AREAS) {
    const own = [...left].filter((file) => pattern.test(file.path));
    own.forEach((file) => left.delete(file));
    row(name, own);
  }
  row('**all source**', source);
  row('tests', tests);

  const { functions, ...counts } = countSyntax(source);
  const inTests = countSyntax(tests);
  const lengths = functions.map(({ lines }) => lines);
  const long = functions.filter(({ lines }) => lines > 60);
  const plain = long.filter(({ name, file }) => !FACTORY.test(name) && !VIEW.test(file));
  const cycles = cyclicImports(files);
  const same = repeats(source);
  // The rules of scripts/check-repo.ts cover JavaScript and the test kit too.
  const code = guarded(readSources(root, ALL_CODE));
  const clients = contractClients(code);
  const typed = code.flatMap(typedPaths);
  const urls = code.filter(({ path: file }) => file.startsWith(GATEWAY)).flatMap(urlPaths);

  console.log(`
functions                     ${functions.length}, median ${quantile(lengths, 0.5)}, p90 ${quantile(lengths, 0.9)} lines
  over 60 lines               ${long.length}, of these neither factory nor view ${plain.length}
  over 100 lines              ${functions.filter(({ lines }) => lines > 100).length}
imports on a cycle            ${cycles.length}
repeated runs (>= 6 lines)    ${same.length}
casts (without "as const")    ${counts.casts}
conditional spreads           ${counts.conditionalSpreads}
any, non-null assertions      ${counts.anyTypes}, ${counts.nonNullAssertions}
whole Service as parameter    ${counts.serviceParameters}
clients of the contract       ${clients.length}
  paths of operations typed in elsewhere   ${typed.length}
URL paths in the gateway      ${urls.length}
tests named it(), test()      ${inTests.itCalls + counts.itCalls}, ${inTests.testCalls + counts.testCalls}
most files in one folder      ${mostInOneFolder(source)}`);
  if (list) printPlaces({ plain, cycles, same, clients, typed, urls });
}

function row(name: string, files: readonly SourceFile[]): void {
  const sizes = files.map(({ lines }) => lines.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const over = (limit: number) => sizes.filter((size) => size > limit).length;
  const comments = files.flatMap(({ lines }) =>
    lines.filter((line) => /^\s*(?:\/\/|\/?\*)/.test(line)),
  ).length;
  const share = total === 0 ? 0 : (100 * comments) / total;
  const cells = [files.length, total, quantile(sizes, 0.5), quantile(sizes, 0.9), Math.max(0, ...sizes)];
  const small = sizes.filter((size) => size <= 15).length;
  console.log(`| ${[name, ...cells, over(150), over(300), small, share.toFixed(1)].join(' | ')} |`);
}

function mostInOneFolder(files: readonly SourceFile[]): string {
  const folders = new Map<string, number>();
  for (const { path: file } of files) {
    const folder = path.posix.dirname(file);
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const [folder, most] = [...folders].sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
  return `${most} (${folder})`;
}

interface Places {
  readonly plain: readonly FunctionSize[];
  readonly cycles: ReturnType<typeof cyclicImports>;
  readonly same: ReturnType<typeof repeats>;
  readonly clients: readonly Place[];
  readonly typed: readonly Place[];
  readonly urls: readonly Place[];
}

function printPlaces({ plain, cycles, same, clients, typed, urls }: Places): void {
  const section = (title: string, lines: readonly string[]) =>
    console.log(`\n${title}\n  ${lines.join('\n  ')}`);
  section(
    'functions over 60 lines',
    plain.map(({ file, name, lines }) => `${lines} ${name} ${file}`),
  );
  section(
    'cycles',
    cycles.map(({ folder, from, to }) => `${folder}: ${from} -> ${to}`),
  );
  section(
    'repeated lines',
    same.map(({ first, second, lines }) => `${lines} ${first} ~ ${second}`),
  );
  const places = (found: readonly Place[]) => found.map(({ file, line, what }) => `${file}:${line} ${what}`);
  section('clients of the contract', places(clients));
  section('paths of operations typed in elsewhere', places(typed));
  section('URL paths in the gateway', places(urls));
}

await runCommand(program);
