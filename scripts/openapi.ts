// npm run openapi: writes the contract to docs/api/openapi.json. `-- --check` compares instead, and looks for changes
// that break clients of the last release.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import prettier from 'prettier';
import { publicOperations } from '@bramble/contracts/public-operations';
import { openApiDocument } from '../services/gateway/src/openapi/openapi';
import { tool } from '../tests/chart/tools';

const HELP = `Usage: npm run openapi [-- --check | --release]

Writes the OpenAPI document of the gateway to docs/api/openapi.json.
  --check     fail when that file is not up to date, or when it breaks clients of docs/api/released.json
  --release   also make the present contract the released one`;
const CURRENT = 'docs/api/openapi.json';
const RELEASED = 'docs/api/released.json';

const args = process.argv.slice(2);
const unknown = args.find((arg) => !['--check', '--release', '--help'].includes(arg));
if (args.includes('--help')) console.log(HELP);
else if (unknown !== undefined) fail(`There is no option ${unknown}. ${HELP}`, 2);
else if (args.includes('--check')) await check();
else await write(args.includes('--release') ? [CURRENT, RELEASED] : [CURRENT]);

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
    fail(`${CURRENT} is not what the contracts say now: run "npm run openapi" and commit the file.`, 1);
  try {
    execFileSync(tool('oasdiff'), ['breaking', '--fail-on', 'ERR', RELEASED, CURRENT], { stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    const output = `${stdout?.toString() ?? ''}${stderr?.toString() ?? ''}`;
    fail(output === '' ? String(error) : `The contract breaks clients of the last release.\n${output}`, 1);
  }
  console.log(`${CURRENT} is up to date and breaks no client of ${RELEASED}.`);
}

function fail(message: string, code: number): never {
  console.error(message);
  process.exit(code);
}
