// npm run verify:full: what takes too long for every change. Each step runs, also after one failed; the last line counts.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const STEPS = [
  ['chaos, 20 seeds', 'test:chaos', ['--seed', '100', '--seeds', '20', '--minutes', '1']],
  ['security', 'test:security', []],
  ['browser', 'test:browser', []],
  ['chart', 'test:chart', []],
  ['cluster', 'test:cluster', []],
  ['compose', 'test:compose', []],
  ['arm64', 'test:arm64', []],
  ['bench', 'bench', []],
];
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const wanted = process.argv.slice(2);
const results = [];
for (const [name, script, args] of STEPS) {
  if (wanted.length > 0 && !wanted.includes(script)) continue;
  // A part of the plan that is not built yet is said, not passed over.
  if (!scripts[script]) {
    results.push({ name, verdict: 'MISSING', seconds: 0 });
    continue;
  }
  console.log(`\n== ${name}`);
  const started = Date.now();
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...args], { stdio: 'inherit' });
  results.push({
    name,
    verdict: status === 0 ? 'passed' : 'FAILED',
    seconds: Math.round((Date.now() - started) / 1000),
  });
}
console.log('');
for (const { name, verdict, seconds } of results)
  console.log(`${verdict.padEnd(8)} ${name.padEnd(18)} ${String(seconds).padStart(5)} s`);
const passed = results.filter(({ verdict }) => verdict === 'passed').length;
console.log(`\n${passed} passed, ${results.length - passed} failed`);
process.exitCode = passed === results.length ? 0 : 1;
