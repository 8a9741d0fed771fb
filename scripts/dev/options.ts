import { choiceOption, createCommand, execute } from '@bramble/service-kit/base/command-line';
import { type Level, levels } from '../logs/format';

/** Reads the command line of `npm run dev`; prints its help, or what is wrong, and ends. */
export async function readDevOptions(): Promise<{ level: Level }> {
  const program = createCommand('npm run dev --', {
    does: 'Starts the shop for whoever changes it: a saved file of a service restarts that service, a saved file of the storefront is exchanged in the browser, and what the services log is printed. One at a time in a clone.',
    example: 'npm run dev -- --level debug',
  })
    .addOption(
      choiceOption('-l, --level <level>', 'the least urgent level that is logged', {
        choices: levels,
        fallback: 'info',
      }),
    )
    .addHelpText(
      'after',
      '\nThe environment is that of npm start: npm start -- --help. Ctrl-C stops everything.',
    );
  let level: Level | undefined;
  program.action(() => {
    level = program.opts<{ level: Level }>().level;
  });
  const code = await execute(program, process.argv.slice(2));
  // Without a level the help was asked for, or the words were wrong.
  if (level === undefined) process.exit(code);
  return { level };
}
