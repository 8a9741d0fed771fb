// npm run check: what CI runs. Every step runs, also after one failed; the last line counts them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
await ensureInstalled();

const bin = (path) => ['node', `node_modules/${path}`];
const jest = [...bin('jest/bin/jest.js'), '--silent', '--selectProjects'];
/** The folders that tsconfig.json includes. */
const TYPED = ['services', 'k8s-jobs', 'scripts', 'tests'];
const STEPS = [
  ['generate', ['node', '--import', 'tsx', 'scripts/generate.ts', '--check']],
  ['format', [...bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['lint', [...bin('eslint/bin/eslint.js'), '.']],
  [
    'promises',
    [...bin('eslint/bin/eslint.js'), '-c', 'eslint.types.config.mjs', '--no-inline-config', ...TYPED],
  ],
  ['types', [...bin('typescript/bin/tsc'), '--noEmit', '-p', '.']],
  ['types of the storefront', [...bin('typescript/bin/tsc'), '--noEmit', '-p', 'frontend']],
  ['knip', [...bin('knip/bin/knip.js'), '--no-config-hints']],
  ['contract', ['node', '--import', 'tsx', 'scripts/openapi.ts', '--check']],
  ['lockfile', ['node', 'scripts/complete-lockfile.mjs', '--check']],
  ['repository', ['node', '--import', 'tsx', 'scripts/check-repo.ts']],
  ['unit', [...jest, 'unit']],
  ['integration', [...jest, 'integration']],
];

const wanted = process.argv.slice(2);
const results = STEPS.filter(([name]) => wanted.length === 0 || wanted.includes(name)).map(
  ([name, [command, ...args]]) => {
    console.log(`\n== ${name}`);
    const started = Date.now();
    const { status } = spawnSync(command === 'node' ? process.execPath : command, args, { stdio: 'inherit' });
    return { name, passed: status === 0, seconds: ((Date.now() - started) / 1000).toFixed(1) };
  },
);

console.log('');
for (const { name, passed, seconds } of results) {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(24)} ${seconds.padStart(6)} s`);
}
const failed = results.filter(({ passed }) => !passed).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
