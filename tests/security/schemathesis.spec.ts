import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { signUp } from '../helpers/shop-session';
import { short } from './effort';
import { pythonTool, run } from './python-tool';
import { shopUrl } from './shop';

it.each(['customer', 'seller'] as const)(
  'schemathesis finds nothing as a %s',
  async (role) => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'bramble-schemathesis-'));
    const token = await signUp(shopUrl(), role);
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
      pythonTool('schemathesis', '4.32.5'),
      [
        ...['run', `${shopUrl()}/api/openapi.json`],
        ...['--phases', 'examples,coverage,fuzzing'],
        ...['--max-examples', process.env['SCHEMATHESIS_EXAMPLES'] ?? (short ? '3' : '15')],
        ...['--checks', 'all', '--request-timeout', '15', '--seed', process.env['SEED'] ?? '1'],
        // Signing out, erasing the account and new passwords would end what all else is tried with.
        ...['--exclude-path', '/api/auth/logout', '--exclude-path-regex', '/api/users/me(/password)?$'],
      ],
      dir,
    );
  },
  900_000,
);
