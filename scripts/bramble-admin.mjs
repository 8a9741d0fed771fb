#!/usr/bin/env node
// bramble-admin: the operator's commands against a shop that `npm start` runs, or one named by the environment.
// In a cluster: kubectl exec deploy/<release>-orders -- node admin.mjs dead list
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const services = { dead: 'orders', order: 'orders', reports: 'orders', user: 'users', keys: 'users' };
const usage = `bramble-admin COMMAND …

  dead list [STREAM]            events that failed for good, newest first
  dead show ID                  one of them, with its error and payload
  dead replay ID…               sends them through their handlers again; ID may be "all", or "all STREAM"
  dead discard ID…              deletes them for good
  order explain NUMBER          an order's state, what is owed, its history, what was published
  reports rebuild               makes the reports anew from the orders' history
  user grant EMAIL ROLE         gives an account a role
  keys rotate                   signs access tokens with a new key

Works on the shop of DATA_DIR (.data), or on the stores that the environment names (REDIS_EVENTS_URL, ORDERS_DATABASE_URL, …).
`;

/** Ends with one sentence: 2 for wrong words, 1 for everything else. */
function fail(sentence, code) {
  process.stderr.write(`bramble-admin: ${sentence}\n`);
  process.exit(code);
}

const [topic, ...rest] = process.argv.slice(2);
if (['--help', '-h', 'help'].includes(topic) || rest.includes('--help') || rest.includes('-h')) {
  process.stdout.write(usage);
  process.exit(0);
}
if (topic === undefined) fail('say what to do; --help lists the commands', 2);
const service = Object.hasOwn(services, topic)
  ? services[topic]
  : fail(`there is no command "${topic}"; --help lists them`, 2);
const bundle = path.join(root, 'dist', service, 'admin.mjs');
if (!existsSync(bundle)) fail('run `npm run build` first', 1);
const dataDir = path.resolve(root, process.env['DATA_DIR'] ?? '.data');
const recordFile = path.join(dataDir, 'environments.json');
const known = existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8'))[service] : undefined;
if (!known && !process.env[`${service.toUpperCase()}_DATABASE_URL`])
  fail(`no shop was ever started on ${dataDir}; start one with \`npm start\`, or name its stores`, 1);
const { status } = spawnSync(process.execPath, [bundle, topic, ...rest], {
  stdio: 'inherit',
  env: { ...known, ...process.env, PORT: '0', OPS_PORT: '0' },
});
process.exit(status ?? 1);
