import { parseArgs } from 'node:util';
import { report } from './simulation/report';
import { createSimulation } from './simulation/simulation';

const help = `npm run simulate -- [options]

Sends shoppers through a running shop: they browse, search, fill carts, order, cancel, and have cards declined.

  --url URL       the shop (default http://127.0.0.1:8000); only addresses of this machine unless --anywhere
  --rate N        shoppers arriving per second (default 5)
  --seconds N     for how long they arrive (default 60)
  --seed N        the same seed sends the same shoppers (default 1)
  --accounts N    how many accounts they share (default 20)
  --anywhere      allow a shop on another machine, which must be your own
`;

const fail = (message: string): never => {
  process.stderr.write(`simulate: ${message}\n`);
  process.exit(2);
};

function options() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8000' },
      rate: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      accounts: { type: 'string', default: '20' },
      anywhere: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  const number = (name: 'rate' | 'seconds' | 'seed' | 'accounts', low: number, high: number) => {
    const value = Number(values[name]);
    return value >= low && value <= high ? value : fail(`--${name} takes ${low} to ${high}`);
  };
  if (!URL.canParse(values.url)) fail('--url is no address');
  if (!values.anywhere && !['127.0.0.1', 'localhost', '[::1]'].includes(new URL(values.url).hostname))
    fail('--url names another machine; add --anywhere if it is yours');
  return {
    url: values.url.replace(/\/$/, ''),
    rate: number('rate', 0.01, 1_000),
    seconds: number('seconds', 1, 86_400),
    seed: number('seed', 0, 2_147_483_647),
    accounts: number('accounts', 1, 1_000),
  };
}

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

async function main(): Promise<void> {
  const { url, rate, seconds, seed, accounts } = options();
  const health = await fetch(`${url}/api/health`).catch(() => undefined);
  if (!health?.ok) fail(`no open shop at ${url}; start one with npm start, or name it with --url`);
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

main().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
