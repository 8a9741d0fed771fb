import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { stop as stopEsbuild } from 'esbuild';
import { generateClients } from '../build/generate';
import { followLog } from '../logs/files';
import { createFormatter, levels } from '../logs/format';
import { say } from '../start/progress';
import { runShop, type StartedShop } from '../start/run-shop';
import { takeLock, withLock } from '../stores/data-lock';
import { freePort } from '../stores/ports';
import { root, serviceNames } from '../workspace';
import { debugPorts } from './debug-ports';
import { devBanner } from './dev-banner';
import { openFront } from './front';
import { readDevOptions } from './options';
import { createRestarts } from './restarts';
import { devBundles, watchBundles } from './watch-bundles';

const options = await readDevOptions();
holdClone();
// The services log what is asked for, unless the environment says otherwise.
process.env['LOG_LEVEL'] ||= levels.indexOf(options.level) < levels.indexOf('info') ? options.level : 'info';
const names = serviceNames().filter((name) => name !== 'simulator');
const format = createFormatter({
  level: options.level,
  colour: process.stdout.isTTY && process.stdout.hasColors(),
  names: [...names, 'storefront'],
});
const print = (name: string, line: string): void => {
  const shown = format(name, line);
  if (shown !== undefined) console.log(shown);
};

const debuggers = new Map<string, number>();
const restarts = createRestarts(say);
/** What was opened, to be closed in reverse. */
const closers: (() => Promise<void> | void)[] = [];
const gatewayPort = await freePort();

/** The bundles of a clone belong to one run: a second one, whatever its PORT and DATA_DIR, would exchange them under the first. */
function holdClone(): void {
  mkdirSync(devBundles, { recursive: true });
  const held = takeLock(path.join(devBundles, 'dev.lock'));
  if (typeof held === 'function') {
    process.once('exit', held);
    return;
  }
  console.error(
    `npm run dev runs in this clone already (process ${held.pid}): stop it, or use another clone.`,
  );
  process.exit(1);
}

async function build(): Promise<void> {
  for (const name of names) debuggers.set(name, await freePort(debugPorts[name]));
  await withLock(path.join(root, 'dist', '.build.lock'), () => generateClients(say));
  say(`bundling ${names.join(', ')}`);
  const watch = await watchBundles(names, { log: say, onChange: restarts.request });
  closers.push(async () => {
    await watch.close();
    await stopEsbuild();
  });
}

const program = (name: string): string[] => [
  `--inspect=127.0.0.1:${debuggers.get(name)}`,
  '--enable-source-maps',
  path.join(devBundles, name, 'main.mjs'),
];

async function serve(shop: StartedShop): Promise<void> {
  const { port, host } = shop.settings;
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
  const front = await openFront({ port, host, gatewayUrl, log: (line) => print('storefront', line) });
  closers.push(() => front.close());
  restarts.begin(shop);
}

runShop({
  script: 'dev',
  build,
  gateway: () => Promise.resolve({ port: gatewayPort, host: '127.0.0.1', env: {} }),
  program,
  serve,
  opened(url, settings) {
    console.log(devBanner(url, settings, debuggers));
    for (const name of names) {
      const file = path.join(settings.dataDir, 'logs', `${name}.log`);
      closers.push(followLog(file, (line) => print(name, line)));
    }
  },
  async close() {
    for (const closer of closers.reverse()) await closer();
  },
});
