import { Command, InvalidArgumentError } from 'commander';

export interface StressOptions {
  url: string;
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
the shop must run with DEMO=on, as it does unless told otherwise.

Examples:
  npm run stress -- --buyers 200 --stock 10      200 buyers, 10 pieces: 10 sales, 190 refusals
  npm run stress -- --last-piece --rounds 10     two buyers and one piece, ten times
  npm run stress -- --cart 20                    20 carts that share scarce products
  npm run stress -- --same-key 20                one order sent 20 times at once, made once`;

const wholeFrom =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high)
      throw new InvalidArgumentError(`It takes a whole number from ${low} to ${high}.`);
    return value;
  };

const OWN_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];
function ownShop(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new InvalidArgumentError('It is not an HTTP address.');
  if (!OWN_HOSTS.includes(url.hostname))
    throw new InvalidArgumentError('Stress is for a shop on this machine: 127.0.0.1 or localhost.');
  return url.origin;
}

interface Given {
  url: string;
  wait: number;
  buyers?: number;
  stock?: number;
  lastPiece?: true;
  rounds?: number;
  cart?: number;
  sameKey?: number;
}

/** Reads the command line; prints its help, or one sentence about what is wrong, and ends. */
export function readOptions(argv: readonly string[]): StressOptions {
  const program = new Command('npm run stress --')
    .description(
      'Sends many orders at the same moment to a running shop, and checks what the shop promises. Ends with 1 when a promise is broken.',
    )
    .option('--buyers <n>', 'so many buyers order one piece each of one product', wholeFrom(2, 2_000))
    .option('--stock <n>', 'so many pieces are there for them', wholeFrom(1, 10_000))
    .option('--last-piece', 'two buyers order the last piece')
    .option('--rounds <n>', 'how often the last piece is fought over', wholeFrom(1, 1_000))
    .option('--cart <n>', 'so many buyers with carts of several products check out', wholeFrom(4, 2_000))
    .option('--same-key <n>', 'one order is sent so many times with one Idempotency-Key', wholeFrom(2, 500))
    .option('--url <address>', 'the shop', ownShop, 'http://127.0.0.1:8000')
    .option('--wait <seconds>', 'how long the orders may take to end', wholeFrom(1, 240), 120)
    .addHelpText('after', HELP)
    .parse(argv, { from: 'user' });
  const given = program.opts<Given>();
  if (given.rounds !== undefined && !given.lastPiece)
    program.error('error: --rounds belongs to --last-piece');
  const { buyers, stock, lastPiece, rounds = 10, cart, sameKey } = given;
  const all = [buyers, stock, lastPiece, cart, sameKey].every((shape) => shape === undefined);
  return {
    url: given.url,
    waitSeconds: given.wait,
    ...(all || buyers !== undefined || stock !== undefined
      ? { rush: { buyers: buyers ?? 200, stock: stock ?? 10 } }
      : {}),
    ...(all || lastPiece ? { lastPiece: { rounds } } : {}),
    ...(all || cart !== undefined ? { carts: { buyers: cart ?? 20 } } : {}),
    ...(all || sameKey !== undefined ? { keptAnswer: { times: sameKey ?? 20 } } : {}),
  };
}
