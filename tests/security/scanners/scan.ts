// npm run scan: semgrep, gitleaks, osv-scanner and npm's audit. Fails on findings, and when one of them could not run.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Option } from 'commander';
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { tool } from '../../chart/tools';
import { pythonTool } from '../python-tool';
import { rulesFindTheirOwn } from './rules-find-their-own';
import { type Outcome, passes, runScanners, type Scanner } from './verdict';

const root = path.join(import.meta.dirname, '../../..');
const here = (file: string) => path.join(import.meta.dirname, file);

const reachable = (url: string): Promise<boolean> =>
  fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(5_000) }).then(
    () => true,
    () => false,
  );
const scan = (command: string, args: string[]): number =>
  spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, SEMGREP_ENABLE_VERSION_CHECK: '0' },
  }).status ?? 1;

async function semgrep(): Promise<Outcome> {
  const command = pythonTool('semgrep', '1.175.0');
  const rules = here('semgrep.yml');
  const count = rulesFindTheirOwn(command, rules);
  const more = (await reachable('https://semgrep.dev')) ? ['p/typescript', 'p/nodejs', 'p/react'] : [];
  const status = scan(command, [
    ...['scan', '--config', rules, ...more.flatMap((pack) => ['--config', pack])],
    ...[
      '--metrics',
      'off',
      '--error',
      '--quiet',
      '--exclude',
      'generated',
      '--exclude',
      '*.test.ts',
      '--exclude',
      '*.test.tsx',
    ],
    ...['services', 'frontend/src', 'k8s-jobs/src', 'scripts'],
  ]);
  const registry =
    more.length > 0 ? `and ${more.join(', ')}` : 'its registry could not be reached, so no others';
  return {
    scanner: 'semgrep',
    verdict: status === 0 ? 'clean' : 'FINDINGS',
    said: `${count} rules of our own, each seen to find its example; ${registry}`,
  };
}

function gitleaks(): Outcome {
  const command = tool('gitleaks');
  const common = ['--no-banner', '--redact', '--log-level', 'warn', '--config', here('gitleaks.toml'), '.'];
  const history = scan(command, ['git', '-v', ...common]);
  return {
    scanner: 'gitleaks',
    verdict: history === 0 ? 'clean' : 'FINDINGS',
    said: 'every commit of the history that is here',
  };
}

async function osv(): Promise<Outcome> {
  const scanner = 'osv-scanner';
  if (!(await reachable('https://api.osv.dev')))
    return { scanner, verdict: 'NOT RUN', said: 'its database (api.osv.dev) could not be reached' };
  const status = scan(tool(scanner), ['scan', 'source', '--lockfile', 'package-lock.json']);
  // It ends with 1 when it found something, and with more when it could not finish.
  if (status > 1) return { scanner, verdict: 'NOT RUN', said: `it ended with ${status}` };
  return { scanner, verdict: status === 0 ? 'clean' : 'FINDINGS', said: 'package-lock.json' };
}

function audit(): Outcome {
  const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const scanner = 'npm-audit';
  try {
    const { metadata } = JSON.parse(stdout) as { metadata?: { vulnerabilities: Record<string, number> } };
    if (metadata) {
      const { high = 0, critical = 0 } = metadata.vulnerabilities;
      const verdict = high + critical === 0 ? 'clean' : 'FINDINGS';
      return { scanner, verdict, said: `${high} high and ${critical} critical in what is installed` };
    }
  } catch {
    // No JSON is no answer.
  }
  return { scanner, verdict: 'NOT RUN', said: 'the registry answers no audits' };
}

const scanners: readonly Scanner[] = [
  { name: 'semgrep', run: semgrep },
  { name: 'gitleaks', run: gitleaks },
  { name: 'osv-scanner', run: osv },
  { name: 'npm-audit', run: audit },
];

async function scanAll(): Promise<void> {
  const { without = [] } = program.opts<{ without?: string[] }>();
  const outcomes = await runScanners(scanners, without);
  for (const { scanner, verdict, said } of outcomes)
    console.log(`${verdict.padEnd(8)} ${scanner.padEnd(12)} ${said}`);
  process.exitCode = passes(outcomes) ? 0 : 1;
}

const program = createCommand('npm run scan --', {
  does: "Looks for faults with semgrep, gitleaks, osv-scanner and npm's audit. Fails on findings, and when one of them could not run.",
  example: 'npm run scan -- --without osv-scanner npm-audit',
})
  .addOption(
    new Option('--without <scanners...>', 'leave these out, where their databases cannot be reached').choices(
      scanners.map(({ name }) => name),
    ),
  )
  .action(scanAll);

await runCommand(program);
