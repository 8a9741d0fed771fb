import path from 'node:path';
import {
  choiceOption,
  createCommand,
  numberOption,
  runCommand,
  UsageError,
} from '@bramble/service-kit/base/command-line';
import { followLog, logNames, readLog } from './logs/files';
import { createFormatter, type Level, levels } from './logs/format';
import { root } from './workspace';

interface Options {
  follow: boolean;
  lines: number;
  level: Level;
  dataDir: string;
  colour: boolean;
}

const program = createCommand('npm run logs --', {
  does: 'Prints what the services of a shop have logged, merged by time. A store is printed when it is named: postgres, mongodb, redis, redis-cache.',
  example: 'npm run logs -- orders --follow --level warn',
})
  .argument('[SERVICE...]', 'only these services or stores')
  .option('-f, --follow', 'go on with what is logged from now on, until Ctrl-C', false)
  .addOption(
    numberOption('-n, --lines <count>', 'how many lines to begin with', {
      min: 0,
      max: 9_999_999,
      whole: true,
      fallback: 200,
    }),
  )
  .addOption(
    choiceOption('-l, --level <level>', 'the least urgent level that is shown', {
      choices: levels,
      fallback: 'info',
    }),
  )
  .option('-d, --data-dir <folder>', 'the DATA_DIR of the shop', process.env['DATA_DIR'] || '.data')
  .option('--no-colour', 'without colours')
  .action(() => print(program.opts<Options>(), program.args));

/** The names whose logs are wanted; a shop that never ran has none. */
function namesIn(logDir: string, wanted: readonly string[]): readonly string[] {
  const { services, stores } = logNames(logDir);
  if (services.length + stores.length === 0)
    throw new Error(
      `no logs in ${logDir}: start a shop with npm start or npm run dev, or name its folder with --data-dir`,
    );
  const unknown = wanted.filter((name) => !services.includes(name) && !stores.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`no log of ${unknown.join(', ')}; there are ${[...services, ...stores].join(', ')}`);
  return wanted.length > 0 ? wanted : services;
}

function print(options: Options, wanted: readonly string[]): void {
  const logDir = path.resolve(root, options.dataDir, 'logs');
  const names = namesIn(logDir, wanted);
  const colours = process.stdout.isTTY ? process.stdout.hasColors() : Boolean(process.env['FORCE_COLOR']);
  const format = createFormatter({ level: options.level, colour: options.colour && colours, names });
  const printLine = (name: string, text: string): void => {
    const shown = format(name, text);
    if (shown !== undefined) console.log(shown);
  };

  // A reader such as `head` that has had enough closes the pipe.
  process.stdout.on('error', () => process.exit(0));
  const logs = names.map((name) => ({ name, file: path.join(logDir, `${name}.log`) }));
  const read = logs.map(({ name, file }) => readLog(file, name));
  const shown = read
    .flatMap(({ lines }) => lines)
    .sort((a, b) => a.at - b.at)
    .map(({ name, text }) => format(name, text))
    .filter((text) => text !== undefined);
  for (const text of shown.slice(Math.max(0, shown.length - options.lines))) console.log(text);
  if (options.follow) {
    logs.forEach(({ name, file }, at) => followLog(file, (text) => printLine(name, text), read[at]?.size));
  }
}

await runCommand(program);
