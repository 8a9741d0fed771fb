// npm run openapi: writes the contract to docs/api/openapi.json. `-- --check` compares instead, and looks for changes
// that break clients of the last release.
import { readFileSync, writeFileSync } from 'node:fs';
import { Option } from 'commander';
import prettier from 'prettier';
import { publicOperations } from '@bramble/contracts/public-operations';
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { openApiDocument } from '../services/gateway/src/openapi/openapi';
import { breakingChanges } from './contract/breaking-changes';
import type { ContractAccess } from './contract/stricter-access';

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
  const changes = breakingChanges(read(RELEASED), read(CURRENT));
  if (changes.length > 0)
    throw new Error(
      `the contract breaks clients of the last release in ${changes.length} places:\n${changes.join('\n')}`,
    );
  console.log(`${CURRENT} is up to date and breaks no client of ${RELEASED}.`);
}

const read = (file: string): ContractAccess => JSON.parse(readFileSync(file, 'utf8')) as ContractAccess;

await runCommand(program);
