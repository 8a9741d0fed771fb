#!/usr/bin/env node
// bramble-admin: the operator's commands against a shop that `npm start` runs, or one named by the environment. It finds
// the service that a command belongs to; the service's own admin.mjs reads the rest, and prints the help of each command.
// In a cluster: kubectl exec deploy/<release>-gateway -- node admin.mjs dead list
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const services = { dead: 'gateway', order: 'orders', reports: 'orders', user: 'users', keys: 'users' };
const usage = `Usage: bramble-admin COMMAND [options]

Commands:
  dead list [STREAM|CAUSE]      events that failed for good, by cause, newest first
  dead show ID                  one of them, with its error and payload
  dead replay ID…               sends them through their handlers again; ID is a letter, a cause, "all", or "all STREAM"
  dead discard ID…              deletes them for good, after a question
  order explain NUMBER          an order's state, what is still to be confirmed, its history, what was published
  reports rebuild               makes the reports anew from the orders' history
  user grant EMAIL ROLE         gives an account a role
  user revoke EMAIL ROLE        takes a role from an account, after a question
  user erase EMAIL|ID           erases an account in every service, after a question
  keys rotate                   signs access tokens with a new key
  keys list                     lists the keys whose access tokens are good
  keys revoke KID               refuses all access tokens of a leaked key

Options of every command:
  --json       print JSON for a program
  --yes        do not ask, where the command asks
  -h, --help   what the command does, with an example

Works on the shop of DATA_DIR (.data), or on the stores that the environment names (ORDERS_DATABASE_URL, …). "dead" asks the shop's
services, which have to run (ORDERS_URL, PAYMENTS_URL, …).

Example: bramble-admin dead list orders_stream
`;

/** Ends with one sentence: 2 for wrong words, 1 for everything else. */
function fail(sentence, code) {
  process.stderr.write(`bramble-admin: ${sentence}\n`);
  process.exit(code);
}

const words = process.argv.slice(2).map((word, at) => (at === 0 && word === 'help' ? '--help' : word));
// Without a command the options are this program's own. Node's parser is enough for one option.
if (words[0] === undefined || words[0].startsWith('-')) {
  try {
    const { values } = parseArgs({ args: words, options: { help: { type: 'boolean', short: 'h' } } });
    if (!values.help) fail('say what to do; --help lists the commands', 2);
  } catch {
    fail(`unknown option '${words[0]}'`, 2);
  }
  process.stdout.write(usage);
  process.exit(0);
}
const [topic] = words;
const service = Object.hasOwn(services, topic)
  ? services[topic]
  : fail(`there is no command "${topic}"; --help lists them`, 2);
const bundle = path.join(root, 'dist', service, 'admin.mjs');
if (!existsSync(bundle)) fail('run `npm run build` first', 1);
const asksForHelp = words.includes('--help') || words.includes('-h');
const dataDir = path.resolve(root, process.env['DATA_DIR'] ?? '.data');
const recordFile = path.join(dataDir, 'environments.json');
const known = existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8'))[service] : undefined;
// What has to be in the environment where no shop was started on the folder.
const needed = service === 'gateway' ? 'ORDERS_URL' : `${service.toUpperCase()}_DATABASE_URL`;
if (!known && !process.env[needed] && !asksForHelp)
  fail(
    `no shop was ever started on ${dataDir}; start one with \`npm start\`, or name its ${service === 'gateway' ? 'services' : 'stores'}`,
    1,
  );
const { status } = spawnSync(process.execPath, [bundle, ...words], {
  stdio: 'inherit',
  env: { ...known, ...process.env, PORT: '0', OPS_PORT: '0' },
});
process.exit(status ?? 1);
