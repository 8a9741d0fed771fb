import { Option } from 'commander';
import { createCommand, numberOption } from '@bramble/service-kit/base/command-line';

export interface ChaosOptions {
  seed: number;
  seeds: number;
  minutes: number;
  rate: number;
  dose?: 'invariant-4' | 'restore';
  members?: number;
  beside?: string;
  /** Only faults whose name contains this text. */
  only: string;
}

const DOES = `Starts every service and store as processes of their own, sends shoppers, inflicts faults, and proves the promises
of the order flow from the stores and from a ledger of its own. Each seed has a shop of its own. The last lines add up,
over all seeds, what was sampled of each promise, what broke it, and how often each fault happened.

KEEP_CHAOS_DATA=1 keeps the data and logs of each seed that failed, and prints where.`;

/** The command line of `npm run test:chaos`. */
export function chaosCommand(run: (options: ChaosOptions) => Promise<void>) {
  const about = { does: DOES, example: 'npm run test:chaos -- --seed 1 --seeds 3 --minutes 0.5' };
  const program = createCommand('npm run test:chaos --', about);
  return program
    .addOption(
      numberOption(
        '--seed <number>',
        'the first seed; a seed repeats the same shoppers and order of faults',
        {
          ...WHOLE,
          min: 0,
          max: 2 ** 31,
        },
      ),
    )
    .addOption(
      numberOption('--seeds <count>', 'how many seeds one after the other', { ...WHOLE, min: 1, max: 1_000 }),
    )
    .addOption(
      numberOption('--minutes <number>', 'how long faults go on for each seed', {
        min: 0.1,
        max: 60,
        fallback: 1,
      }),
    )
    .addOption(
      numberOption('--rate <number>', 'orders arriving per second', { min: 0.5, max: 100, fallback: 6 }),
    )
    .option('--only <text>', 'only faults whose name contains this text', '')
    .addOption(
      new Option(
        '--dose <name>',
        'invariant-4: 1,000 orders, 5 % of all claims refused throughout, and every 3 s for 2 minutes some process killed or stopped; restore: a backup under load and its restore under load, in place of other faults',
      ).choices(['invariant-4', 'restore']),
    )
    .addOption(
      numberOption(
        '--members <count>',
        'members of the MongoDB set (default: 1 for an odd seed, with a proxy before it, and 3 for an even one)',
        { whole: true, min: 1, max: 5 },
      ),
    )
    .option(
      '--beside <folder>',
      'the second replica of each service runs from the bundles of this clone, built before, as in a rolling update',
    )
    .action(() => run(program.opts<ChaosOptions>()));
}

const WHOLE = { whole: true, fallback: 1 } as const;
