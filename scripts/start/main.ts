import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildAll } from '../build/build-all';
import { keptSecret, openStores, type Stores } from '../stores/open-stores';
import { canListen } from '../stores/ports';
import { endCommands } from '../stores/run';
import type { Supervised } from '../stores/supervise';
import { root, serviceNames } from '../workspace';
import { banner } from './banner';
import { prepareDatabases } from './databases';
import { recordEnvironments, serviceEnvironments } from './environment';
import { healthy } from './health';
import { say } from './progress';
import { startService } from './services';
import { readSettings } from './settings';

/** npm passes Ctrl-C on although the terminal has told us already: what comes within this time is the same one. */
const SAME_SIGNAL_MS = 1_000;

let stoppingSince = 0;
let stores: Promise<Stores> | undefined;
const services: Supervised[] = [];
/** Stores that are up while others are still being fetched. */
const early: Supervised[] = [];

async function stop(code: number): Promise<never> {
  stoppingSince = Date.now();
  endCommands();
  // The gateway first, so that nobody is let in any more; then the others; what they stand on last.
  const gateway = services.filter((service) => service.name === 'gateway');
  await Promise.all(gateway.map((service) => service.stop()));
  await Promise.all(services.map((service) => service.stop()));
  await Promise.all(early.map((store) => store.stop()));
  await stores?.then(
    (open) => open.stop(),
    () => undefined,
  );
  say('stopped');
  process.exit(code);
}

function onSignal(signal: NodeJS.Signals): void {
  if (stoppingSince > 0) {
    if (Date.now() - stoppingSince < SAME_SIGNAL_MS) return;
    say(`${signal} again: ending everything at once`);
    endCommands();
    for (const running of [...services, ...early]) running.kill();
    process.exit(130);
  }
  say(`${signal}: stopping (once more ends everything at once)`);
  void stop(0);
}

async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const url = `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${settings.port}`;
  if (!(await canListen(settings.port, settings.host))) {
    throw new Error(
      `${settings.host}:${settings.port} is in use or not ours to listen on: choose another PORT.`,
    );
  }
  stores = openStores({ ...settings, ephemeral: false, log: say, track: (store) => early.push(store) });
  const [open] = await Promise.all([stores, buildAll(say)]);
  const secret = keptSecret(settings.dataDir, 'stores');
  const databases = await prepareDatabases({
    adminUrl: open.postgresUrl,
    own: settings.given.postgresUrl === undefined,
    secret,
    log: say,
  });
  const readyFile = path.join(settings.dataDir, 'run', 'ready');
  rmSync(readyFile, { force: true });
  const names = serviceNames().filter((name) => name !== 'simulator');
  const environments = await serviceEnvironments({
    settings,
    stores: open,
    databases,
    services: names,
    internalTokenKey: keptSecret(settings.dataDir, 'internal-token'),
    readyFile,
    storefrontDir: path.join(root, 'frontend', 'dist'),
  });
  recordEnvironments(settings.dataDir, environments);
  if (stoppingSince > 0) return;
  say(`starting ${names.join(', ')}`);
  for (const environment of environments) services.push(startService(environment, settings.dataDir, say));
  writeFileSync(readyFile, '');
  const address =
    settings.host === '0.0.0.0' || settings.host === '::' ? `http://127.0.0.1:${settings.port}` : url;
  await healthy(address, services, say);
  say('healthy');
  console.log(banner(address, settings));
}

process.stdout.on('error', () => undefined);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => onSignal(signal));
// npm's shell passes no signal on: told to end, npm goes and leaves us behind. Then we are meant too.
if (process.env['npm_lifecycle_event'] === 'start') {
  const { ppid } = process;
  setInterval(() => {
    if (process.ppid !== ppid && stoppingSince === 0) onSignal('SIGTERM');
  }, 250).unref();
}
start().catch((error: unknown) => {
  if (stoppingSince > 0) return;
  console.error(`\n${error instanceof Error ? error.message : String(error)}\n`);
  void stop(1);
});
