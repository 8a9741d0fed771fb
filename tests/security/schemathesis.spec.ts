import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defaultCacheDir } from '../../scripts/stores/cache';
import { signUp } from '../helpers/shop-session';
import { openShop, type OpenShop } from './open-shop';

const VERSION = '4.32.5';

/** schemathesis from PyPI, installed once into the cache beside the stores. */
function schemathesis(): string {
  const dir = path.join(defaultCacheDir(), `schemathesis-${VERSION}`);
  const command = path.join(dir, 'bin', 'schemathesis');
  if (!existsSync(command)) {
    run('python3', ['-m', 'venv', dir]);
    run(path.join(dir, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]);
  }
  return command;
}

function run(command: string, args: string[], cwd?: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64_000_000,
    ...(cwd ? { cwd } : {}),
  });
  if (status !== 0)
    throw new Error(`${command} ended with ${status}:\n${stdout.slice(-20_000)}\n${stderr.slice(-2_000)}`);
  return stdout;
}

let shop: OpenShop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

it.each(['customer', 'seller'] as const)(
  'schemathesis finds nothing as a %s',
  async (role) => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'bramble-schemathesis-'));
    const token = await signUp(shop.url, role);
    // A cursor is a string that only its list can read, and a state may refuse what a schema allows.
    writeFileSync(
      path.join(dir, 'schemathesis.toml'),
      `[auth.openapi.bearer]
bearer = "${token}"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 412, 422, 428, 429, 502, 503, 504]
`,
    );
    run(
      schemathesis(),
      [
        ...['run', `${shop.url}/api/openapi.json`],
        ...['--phases', 'examples,coverage,fuzzing'],
        ...['--max-examples', process.env['SCHEMATHESIS_EXAMPLES'] ?? '15'],
        ...['--checks', 'all', '--request-timeout', '15', '--seed', process.env['SEED'] ?? '1'],
        // Signing out, erasing the account and new passwords would end what all else is tried with.
        ...['--exclude-path', '/api/auth/logout', '--exclude-path-regex', '/api/users/me(/password)?$'],
      ],
      dir,
    );
  },
  900_000,
);
