import { gatewayApi } from '@bramble/contracts/gateway';
import {
  checkShopUrl,
  createCommand,
  numberOption,
  runCommand,
} from '@bramble/service-kit/base/command-line';
import { createShopClient } from './shopper/shop-client';
import { report } from './simulation/report';
import { createSimulation } from './simulation/simulation';

interface Options {
  url: string;
  rate: number;
  seconds: number;
  seed: number;
  accounts: number;
  anywhere: boolean;
}

const program = createCommand('npm run simulate --', {
  does: 'Sends shoppers through a running shop: they browse, search, fill carts, order, cancel, and have cards declined.',
  example: 'npm run simulate -- --rate 10 --seconds 60',
})
  .option(
    '--url <url>',
    'the shop; only addresses of this machine unless --anywhere',
    'http://127.0.0.1:8000',
  )
  .addOption(
    numberOption('--rate <number>', 'shoppers arriving per second', { min: 0.01, max: 1_000, fallback: 5 }),
  )
  .addOption(
    numberOption('--seconds <number>', 'for how long they arrive', { min: 1, max: 86_400, fallback: 60 }),
  )
  .addOption(
    numberOption('--seed <number>', 'the same seed sends the same shoppers', {
      min: 0,
      max: 2_147_483_647,
      fallback: 1,
    }),
  )
  .addOption(
    numberOption('--accounts <count>', 'how many accounts they share', { min: 1, max: 1_000, fallback: 20 }),
  )
  .option('--anywhere', 'allow a shop on another machine, which must be your own', false)
  .action(() => simulate(program.opts<Options>()));

/** One line that is written over on a terminal, and a line now and then in a log. */
function showProgress(line: () => string) {
  const { isTTY } = process.stderr;
  const show = () => process.stderr.write(isTTY ? `\r\x1b[K${line()}` : `${line()}\n`);
  const timer = setInterval(show, isTTY ? 500 : 5_000);
  return {
    end: () => {
      clearInterval(timer);
      if (isTTY) process.stderr.write('\n');
    },
  };
}

/** Throws when no open shop answers at `url`. */
async function checkOpen(url: string): Promise<void> {
  const client = createShopClient(url, { onCall: () => undefined });
  try {
    await client.call(gatewayApi.health, { name: 'health' });
  } catch (cause) {
    throw new Error(`no open shop at ${url}; start one with npm start, or name it with --url`, { cause });
  } finally {
    await client.close();
  }
}

async function simulate(options: Options): Promise<void> {
  const { anywhere, rate, seconds, seed, accounts } = options;
  const url = checkShopUrl(options.url, { anywhere, hint: '; add --anywhere if another one is yours' });
  await checkOpen(url);
  const simulation = createSimulation({ url, rate, seed, accounts });
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), seconds * 1_000);
  process.once('SIGINT', () => end.abort());
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  const progress = showProgress(() => {
    const { figures } = simulation;
    const refused = figures.outcomes().get('refused') ?? 0;
    return [
      `${elapsed().toFixed(0).padStart(4)} s${end.signal.aborted ? ', waiting for the last to leave' : ''}`,
      `visits ended ${figures.visits()}`,
      `in the shop ${simulation.inShop()}`,
      `paid ${figures.outcomes().get('paid') ?? 0}`,
      ...(refused > 0 ? [`refused ${refused}`] : []),
      `calls failed ${figures.failures()}`,
    ].join('  ');
  });
  await simulation.run(end.signal);
  clearTimeout(timer);
  progress.end();
  process.stdout.write(
    `${report(simulation.figures, { seconds: elapsed(), turnedAway: simulation.turnedAway() })}\n`,
  );
  if (simulation.figures.failures() > 0) process.exitCode = 1;
}

await runCommand(program);
