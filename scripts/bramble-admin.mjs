#!/usr/bin/env node
// bramble-admin: the operator's commands against a shop that `npm start` runs, or one named by the environment.
// In a cluster: kubectl exec deploy/<release>-orders -- node admin.mjs dead list
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const commands = {
  dead: ['orders', 'list [STREAM], show ID, replay ID…, discard ID…: events that failed for good'],
  order: ['orders', 'explain NUMBER: its state, what is owed, its history'],
  user: ['users', 'grant EMAIL ROLE'],
  keys: ['users', 'rotate: sign access tokens with a new key'],
};
const usage = `bramble-admin COMMAND …

${Object.entries(commands)
  .map(([name, [, what]]) => `  ${name.padEnd(6)} ${what}`)
  .join('\n')}

Works on the shop of DATA_DIR (.data), or on the stores that the environment names (REDIS_EVENTS_URL, ORDERS_DATABASE_URL, …).
`;

const [topic, ...rest] = process.argv.slice(2);
const [service] = commands[topic] ?? [];
if (!service || rest.includes('--help')) {
  process[service || topic === '--help' || topic === 'help' ? 'stdout' : 'stderr'].write(usage);
  process.exit(service || topic === '--help' || topic === 'help' ? 0 : 2);
}
const bundle = path.join(root, 'dist', service, 'admin.mjs');
const recordFile = path.resolve(root, process.env['DATA_DIR'] ?? '.data', 'environments.json');
if (!existsSync(bundle)) {
  process.stderr.write('bramble-admin: run `npm run build` first\n');
  process.exit(1);
}
const known = existsSync(recordFile) ? (JSON.parse(readFileSync(recordFile, 'utf8'))[service] ?? {}) : {};
const { status } = spawnSync(process.execPath, [bundle, topic, ...rest], {
  stdio: 'inherit',
  env: { ...known, ...process.env, PORT: '0', OPS_PORT: '0' },
});
process.exit(status ?? 1);
