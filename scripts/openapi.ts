// npm run openapi: writes the contract to docs/api/openapi.json. `-- --check` compares instead, and looks for changes
// that break clients of the last release.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Option } from 'commander';
import prettier from 'prettier';
import { publicOperations } from '@bramble/contracts/public-operations';
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { openApiDocument } from '../services/gateway/src/openapi/openapi';
import { tool } from '../tests/chart/tools';
import { withoutWords } from './contract-without-words';

const CURRENT = 'docs/api/openapi.json';
const RELEASED = 'docs/api/released.json';

const program = createCommand('npm run openapi --', {
  does: `Writes the OpenAPI document of the gateway to ${CURRENT}.`,
  example: 'npm run openapi -- --check',
})
  .addOption(
    new Option(
      '--check',
      `fail when that file is not up to date, or when it breaks clients of ${RELEASED}`,
    ).conflicts('release'),
  )
  .option('--release', 'also make the present contract the released one')
  .action(async () => {
    const options = program.opts<{ check?: boolean; release?: boolean }>();
    if (options.check) await check();
    else await write(options.release ? [CURRENT, RELEASED] : [CURRENT]);
  });

async function text(): Promise<string> {
  const { version } = JSON.parse(readFileSync('services/gateway/package.json', 'utf8')) as {
    version: string;
  };
  const options = await prettier.resolveConfig(CURRENT);
  return prettier.format(JSON.stringify(openApiDocument(publicOperations, version)), {
    ...options,
    parser: 'json',
  });
}

async function write(files: readonly string[]): Promise<void> {
  const document = await text();
  for (const file of files) writeFileSync(file, document);
}

async function check(): Promise<void> {
  if (readFileSync(CURRENT, 'utf8') !== (await text()))
    throw new Error(
      `${CURRENT} is not what the contracts say now: run "npm run openapi" and commit the file.`,
    );
  const folder = mkdtempSync(path.join(tmpdir(), 'bramble-contract-'));
  try {
    compare(folder, copyWithoutWords(RELEASED, folder), copyWithoutWords(CURRENT, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`${CURRENT} is up to date and breaks no client of ${RELEASED}.`);
}

/** Writes the copy that is compared, and answers its name. */
function copyWithoutWords(file: string, folder: string): string {
  const copy = path.basename(file);
  const json = JSON.stringify(withoutWords(JSON.parse(readFileSync(file, 'utf8'))));
  writeFileSync(path.join(folder, copy), json);
  return copy;
}

/** Throws when the present document breaks clients of the released one. */
function compare(folder: string, released: string, present: string): void {
  // A warning is a change that a client may have relied on, such as an optional field that is gone.
  try {
    const words = ['breaking', '--fail-on', 'WARN', released, present];
    execFileSync(tool('oasdiff'), words, { cwd: folder, stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    const output = `${stdout?.toString() ?? ''}${stderr?.toString() ?? ''}`;
    throw new Error(
      output === '' ? String(error) : `the contract breaks clients of the last release\n${output}`,
      { cause: error },
    );
  }
}

await runCommand(program);
