// node scripts/run-steps.mjs PLAN [STEP...]: runs the steps of a plan. `npm run check`, `.ci/run` and
// `npm run verify:full` are this command. It reads its words with Node's own parser, because it runs before commander
// is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './install.mjs';
import { plans, steps } from './steps.mjs';
import { sentenceOf } from './words.mjs';

/** What a step starts in a plan: a program and its arguments. */
export function commandOf(step, plan) {
  const args = step.in[plan];
  if (step.command) return [...step.command, ...args];
  return ['npm', 'run', '--silent', step.script, ...(args.length > 0 ? ['--', ...args] : [])];
}

/** One sentence when the step names a script that package.json does not have. */
function missingScript(step) {
  if (!step.script) return undefined;
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  return scripts[step.script] ? undefined : `package.json has no script "${step.script}"`;
}

/** Runs one step to its end. Says why when the step could not start. */
function passes(step, plan) {
  const missing = missingScript(step);
  if (missing) {
    console.error(missing);
    return false;
  }
  const [command, ...args] = commandOf(step, plan);
  const program = command === 'node' ? process.execPath : command;
  const { status, error } = spawnSync(program, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error) console.error(`${command} did not start: ${error.message}`);
  return status === 0;
}

/** Runs every step, also after one failed; the last line counts them. Answers whether all passed. */
export function runSteps(wanted, plan) {
  const lines = [];
  let failed = 0;
  for (const step of wanted) {
    console.log(`\n== ${step.name}`);
    const started = Date.now();
    const passed = passes(step, plan);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    lines.push(`${passed ? 'passed' : 'FAILED'}  ${step.name.padEnd(24)} ${seconds.padStart(7)} s`);
    console.log(lines.at(-1));
    if (!passed) failed += 1;
  }
  console.log(`\n${lines.join('\n')}`);
  console.log(`\n${wanted.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

function help(plan) {
  const { usage, says, example } = plans[plan];
  return `Usage: ${usage} [STEP...]

${says} Every step runs, also after one failed; the last line counts them.

  STEP     only these steps
  --list   prints the steps and their commands
  --help   this text

Example: ${example}`;
}

function list(planned, plan) {
  return planned.map((step) => `${step.name.padEnd(24)} ${commandOf(step, plan).join(' ')}`).join('\n');
}

/** Reads the words after the plan. Throws one sentence when they are wrong. */
function read(words, planned, plan) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const names = planned.map(({ name }) => name);
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `${plans[plan].usage.replace(/ --$/, '')} has no step "${unknown.join('", "')}"; it has ${names.join(', ')}`,
    );
  return {
    ...values,
    wanted: planned.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
  };
}

async function main([plan, ...words]) {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  const planned = steps.filter((step) => step.in[plan]);
  const options = read(words, planned, plan);
  if (options.help) return console.log(help(plan));
  if (options.list) return console.log(list(planned, plan));
  // .ci/run has a step that installs.
  if (plan !== 'ci') await ensureInstalled();
  if (!runSteps(options.wanted, plan)) process.exitCode = 1;
}

const started = process.argv[1];
if (started && existsSync(started) && path.resolve(started) === fileURLToPath(import.meta.url))
  main(process.argv.slice(2)).catch((error) => {
    console.error(`steps: ${sentenceOf(error)}`);
    process.exitCode = 2;
  });
