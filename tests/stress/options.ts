import type { Command } from 'commander';
import {
  checkShopUrl,
  createCommand,
  numberOption,
  UsageError,
} from '@bramble/service-kit/base/command-line';

export interface StressOptions {
  url: string;
  /** Print one JSON document instead of tables. */
  json: boolean;
  /** How long orders may take to end. */
  waitSeconds: number;
  rush?: { buyers: number; stock: number };
  lastPiece?: { rounds: number };
  carts?: { buyers: number };
  keptAnswer?: { times: number };
}

const HELP = `
Without a shape all four run, with the numbers of the examples. Start a shop first: npm start.
The buyers' accounts stay in the shop and are used again by the next run; the products stay, too.
A shop lets one address open 300 accounts in ten minutes and sign in 120 times a minute, and a run waits
up to five minutes for that; RATE_LIMIT_FACTOR=100 npm start lifts it. Orders are delivered by the courier of the demo, so
the shop must run with DEMO=on, which is the default.

More examples:
  npm run stress -- --last-piece --rounds 10     two buyers and one piece, ten times
  npm run stress -- --cart 20                    20 carts that share scarce products
  npm run stress -- --same-key 20                one order sent 20 times at once, made once`;

const whole = (flags: string, says: string, min: number, max: number) =>
  numberOption(flags, says, { min, max, whole: true });

interface Given {
  url: string;
  wait: number;
  buyers?: number;
  stock?: number;
  lastPiece?: true;
  rounds?: number;
  cart?: number;
  sameKey?: number;
  json?: true;
}

/** The command; `run` gets the shapes that the command line asks for. */
export function stressCommand(run: (options: StressOptions) => Promise<void>): Command {
  const program = createCommand('npm run stress --', {
    does: 'Sends many orders at the same moment to a running shop, and checks what the shop promises. Ends with 1 when a promise is broken.',
    example: 'npm run stress -- --buyers 200 --stock 10',
  })
    .addOption(whole('--buyers <count>', 'how many buyers order one piece each of one product', 2, 2_000))
    .addOption(whole('--stock <count>', 'how many pieces that product has', 1, 10_000))
    .option('--last-piece', 'two buyers order the last piece')
    .addOption(whole('--rounds <count>', 'how many times two buyers order a last piece', 1, 1_000))
    .addOption(whole('--cart <count>', 'how many buyers with carts of several products check out', 4, 2_000))
    .addOption(
      whole('--same-key <count>', 'how many times one order is sent with one Idempotency-Key', 2, 500),
    )
    .option('--url <url>', 'the shop', 'http://127.0.0.1:8000')
    .addOption(
      numberOption('--wait <seconds>', 'how long the orders may take to end', {
        min: 1,
        max: 240,
        fallback: 120,
      }),
    )
    .option('--json', 'print JSON for a program')
    .addHelpText('after', HELP);
  return program.action(() => run(chosenBy(program.opts<Given>())));
}

function chosenBy(given: Given): StressOptions {
  if (given.rounds !== undefined && !given.lastPiece)
    throw new UsageError('--rounds belongs to --last-piece');
  const { buyers, stock, lastPiece, rounds = 10, cart, sameKey } = given;
  const all = [buyers, stock, lastPiece, cart, sameKey].every((shape) => shape === undefined);
  return {
    url: checkShopUrl(given.url),
    json: given.json ?? false,
    waitSeconds: given.wait,
    ...(all || buyers !== undefined || stock !== undefined
      ? { rush: { buyers: buyers ?? 200, stock: stock ?? 10 } }
      : {}),
    ...(all || lastPiece ? { lastPiece: { rounds } } : {}),
    ...(all || cart !== undefined ? { carts: { buyers: cart ?? 20 } } : {}),
    ...(all || sameKey !== undefined ? { keptAnswer: { times: sameKey ?? 20 } } : {}),
  };
}
