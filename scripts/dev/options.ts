import { Command, Option } from 'commander';
import { type Level, levels } from '../logs/format';

/** Reads the command line of `npm run dev`; prints its help, or what is wrong, and ends. */
export function readDevOptions(): { level: Level } {
  const { level } = new Command('npm run dev --')
    .description(
      'Starts the shop for whoever changes it: a saved file of a service restarts that service, a saved file of the storefront is exchanged in the browser, and what the services log is printed. One at a time in a clone.',
    )
    .addOption(
      new Option('-l, --level <level>', 'the least urgent level that is logged')
        .choices(levels)
        .default('info'),
    )
    .addHelpText(
      'after',
      '\nThe environment is that of npm start: npm start -- --help. Ctrl-C stops everything.',
    )
    .showHelpAfterError('npm run dev -- --help lists what there is.')
    .parse()
    .opts<{ level: Level }>();
  return { level };
}
