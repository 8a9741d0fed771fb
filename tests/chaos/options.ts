import { parseArgs } from 'node:util';

const help = `npm run test:chaos -- [options]

Starts every service and store as processes of their own, sends shoppers, inflicts faults, and proves the promises
of the order flow from the stores and from a ledger of its own. Each seed has a shop of its own. The last lines add up,
over all seeds, what was sampled of each promise, what broke it, and how often each fault happened.

  --seed N       the first seed (default 1); a seed repeats the same shoppers and the same order of faults
  --seeds N      how many seeds one after the other (default 1)
  --minutes M    how long faults go on for each seed (default 1)
  --rate R       orders arriving per second (default 6)

KEEP_CHAOS_DATA=1 keeps the data and logs of each seed that failed, and prints where.
`;

export interface ChaosOptions {
  seed: number;
  seeds: number;
  minutes: number;
  rate: number;
}

/** What the command line asks for; prints the help and ends when that was asked for. */
export function readOptions(): ChaosOptions {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '1' },
      rate: { type: 'string', default: '6' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  const number = (name: keyof ChaosOptions, low: number, high: number) => {
    const value = Number(values[name]);
    if (value >= low && value <= high) return value;
    throw new Error(`--${name} takes ${low} to ${high}`);
  };
  return {
    seed: number('seed', 0, 2 ** 31),
    seeds: number('seeds', 1, 1_000),
    minutes: number('minutes', 0.1, 60),
    rate: number('rate', 0.5, 100),
  };
}
