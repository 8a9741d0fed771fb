import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Operation, successOf } from '../../services/shared/contracts/src/operation';
import type { Log } from '../stores/types';
import { root } from '../workspace';

const FILE = 'frontend/src/lib/operations.gen.ts';
const CONTRACTS = 'services/shared/contracts/src';

const HEAD = `// Written by \`npm run generate\` out of ${CONTRACTS}; \`npm run types\` fails when it is stale.
// Method, path and success status of each public operation: all that a call needs at run time. The schemas would make the bundle larger.
import type { Route } from '@bramble/contracts/call';
import type { Operation } from '@bramble/contracts/operation';

type Routes<Api extends Record<string, Operation>> = {
  readonly [Name in keyof Api as Api[Name]['access'] extends 'service' ? never : Name]: Route<Api[Name]>;
};
`;

/** The text of the storefront's table of routes. */
async function contractRoutes(): Promise<string> {
  const files = readdirSync(path.join(root, CONTRACTS))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
  const parts = [HEAD];
  for (const file of files) {
    const exported = (await import(pathToFileURL(path.join(root, CONTRACTS, `${file}.ts`)).href)) as Record<
      string,
      unknown
    >;
    for (const [name, api] of Object.entries(exported))
      if (name.endsWith('Api')) parts.push(...routesOf(file, name, api as Record<string, Operation>));
  }
  return parts.join('\n');
}

function routesOf(file: string, name: string, api: Record<string, Operation>): string[] {
  const routes = Object.entries(api)
    .filter(([, { access }]) => access !== 'service')
    .map(([key, operation]) => {
      const { method, path: route } = operation;
      return `  ${key}: { method: '${method}', path: '${route}', success: ${successOf(operation)} },`;
    });
  if (routes.length === 0) return [];
  const type = `Routes<typeof import('@bramble/contracts/${file}').${name}>`;
  return [`export const ${name}: ${type} = {`, ...routes, '};\n'];
}

/** Writes the table of routes that the storefront calls, when it changed; with `check` throws instead. */
export async function writeContractRoutes(log: Log, { check = false } = {}): Promise<void> {
  const text = await contractRoutes();
  const file = path.join(root, FILE);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (check) throw new Error(`${FILE} is stale: run npm run generate`);
  log(`writing ${FILE}`);
  writeFileSync(file, text);
}
