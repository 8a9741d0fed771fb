import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tally } from '@bramble/test-kit/tally';
import { short } from './effort';
import { pythonTool } from './python-tool';
import { adminToken, shopClient, shopUrl } from './shop';

/** A product of the caller's own, so that more than 404 is seen of what is done to one. */
const ofItsOwn = [
  'GET /api/products/{id}',
  'PATCH /api/products/{id}',
  'POST /api/products/{id}/refill',
  'PUT /api/products/{id}/picture',
];

type Who = 'customer' | 'seller' | 'admin';
const everybody: readonly Who[] = short ? ['customer', 'seller'] : ['customer', 'seller', 'admin'];

async function settings(role: Who): Promise<string> {
  const shop = shopClient();
  const token = role === 'admin' ? await adminToken() : await shop.signUp(role);
  const id = role === 'customer' ? undefined : (await shop.offer(token, 10)).id;
  // A cursor is a string that only its list can read, a state may refuse what a schema allows, and 428 asks for If-Match.
  return `[auth.openapi.bearer]
bearer = "${token}"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 412, 422, 428, 429, 502, 503, 504]

[checks.missing_required_header]
expected-statuses = [400, 401, 403, 406, 415, 422, 428]
${ofItsOwn.map((name) => (id ? `\n[[operations]]\ninclude-name = "${name}"\nparameters = { "path.id" = "${id}" }\n` : '')).join('')}`;
}

/** Runs a command to its end. Not in one go: what waits on open connections has to hear when the shop closes one. */
const ended = (command: string, args: string[], cwd: string) =>
  new Promise<{ status: number; output: string }>((resolve) => {
    execFile(command, args, { cwd, maxBuffer: 64_000_000 }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code ?? 1) : 0, output: `${stdout}\n${stderr}` }),
    );
  });

describe('schemathesis, with all its checks', () => {
  it.each(everybody)(
    'finds nothing as %s',
    async (role) => {
      const dir = mkdtempSync(path.join(os.tmpdir(), 'bramble-schemathesis-'));
      writeFileSync(path.join(dir, 'schemathesis.toml'), await settings(role));
      const { status, output } = await ended(
        pythonTool('schemathesis', '4.32.5'),
        [
          ...['run', `${shopUrl()}/api/openapi.json`],
          ...['--phases', 'examples,coverage,fuzzing'],
          ...['--max-examples', process.env['SCHEMATHESIS_EXAMPLES'] ?? (short ? '3' : '15')],
          ...['--checks', 'all', '--request-timeout', '15', '--seed', process.env['SEED'] ?? '1'],
          // Signing out, erasing the account and new passwords would end what all else is tried with.
          ...['--exclude-path-regex', '^/api/(auth/logout|users/me(/password)?)$'],
        ],
        dir,
      );
      const generated = Number(/(\d+) generated/.exec(output)?.[1] ?? 0);
      const failures = Number(/(\d+) unique failure/.exec(output)?.[1] ?? (status === 0 ? 0 : 1));
      tally(`schemathesis, as ${role}`, generated, Array<number>(failures).fill(0));
      if (status !== 0) throw new Error(`schemathesis ended with ${status}:\n${output.slice(-20_000)}`);
      expect(generated).toBeGreaterThan(1_000);
      rmSync(dir, { recursive: true });
    },
    900_000,
  );
});
