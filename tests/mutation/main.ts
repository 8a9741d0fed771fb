// npm run test:mutation: changes the pure rules in small ways (StrykerJS), and fails when too few changes fail a unit test.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createCommand, runCommand, UsageError } from '@bramble/service-kit/base/command-line';

/** Below this share of changes that a test sees, in percent, a part fails. */
const NEEDED = 90;
const REPORT = '.data/mutation/report.json';

/** The rules that are changed, and how many changes there are at least: a pattern that finds no file proves nothing. */
const parts: Readonly<Record<string, { files: readonly string[]; atLeast: number }>> = {
  orders: {
    files: ['machine', 'states', 'effects', 'deadlines', 'events'].map(
      (name) => `services/orders/src/life/order.${name}.ts`,
    ),
    atLeast: 400,
  },
  stock: { files: ['services/catalog/src/ledger/stock.ledger.ts'], atLeast: 150 },
  prices: {
    files: ['price', 'rounding', 'shipping', 'tax'].map((name) => `services/payments/src/pricing/${name}.ts`),
    atLeast: 60,
  },
  delivery: {
    files: ['decisions', 'document'].map((name) => `services/delivery/src/delivery/delivery.${name}.ts`),
    atLeast: 60,
  },
  consumer: {
    files: ['runner', 'lanes'].map((name) => `services/shared/service-kit/src/events/consumer/${name}.ts`),
    atLeast: 100,
  },
};

const program = createCommand('npm run test:mutation --', {
  does: 'Changes the pure rules of orders, stock, prices, deliveries and consumers in small ways, one at a time, and counts the changes that a unit test sees. Fails below 90 % of a part. The pages with every change are in .data/mutation.',
  example: 'npm run test:mutation -- --only stock',
})
  .option('--only <parts>', `only these, with commas between them: ${Object.keys(parts).join(', ')}`)
  .action(() => testParts(program.opts<{ only?: string }>().only?.split(',') ?? Object.keys(parts)));

interface Report {
  files: Record<string, { mutants: { status: string }[] }>;
}

/** Runs one part; answers one line about it, and whether it passed. */
function run(name: string): { line: string; passed: boolean } {
  const part = parts[name];
  if (!part) throw new UsageError(`--only takes ${Object.keys(parts).join(', ')}, not "${name}"`);
  rmSync(REPORT, { force: true });
  spawnSync(
    process.execPath,
    [
      'node_modules/@stryker-mutator/core/bin/stryker.js',
      'run',
      'tests/mutation/stryker.config.mjs',
      `--mutate=${part.files.join(',')}`,
    ],
    { stdio: 'inherit', env: { ...process.env, MUTATION_PART: name } },
  );
  const { files } = JSON.parse(readFileSync(REPORT, 'utf8')) as Report;
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...wanted: string[]) => statuses.filter((status) => wanted.includes(status)).length;
  const seen = count('Killed', 'Timeout');
  const tried = seen + count('Survived', 'NoCoverage');
  const share = (100 * seen) / Math.max(1, tried);
  return {
    line: `${name}: ${seen} of ${tried} changes seen, ${share.toFixed(1)} %`,
    passed: tried >= part.atLeast && share >= NEEDED,
  };
}

function testParts(names: readonly string[]): void {
  const results = names.map((name) => run(name));
  for (const { line, passed } of results) process.stdout.write(`${passed ? 'passed' : 'FAILED'}  ${line}\n`);
  if (!results.every(({ passed }) => passed)) process.exitCode = 1;
}

await runCommand(program);
