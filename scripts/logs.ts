import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { followLog, logNames, readLog } from './logs/files';
import { createFormatter, type Level, levels } from './logs/format';
import { root } from './workspace';

const whole = (text: string): number => {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.');
  return Number(text);
};

const program = new Command('npm run logs --')
  .description(
    'Prints what the services of a shop have logged, merged by time. A store is printed when it is named: postgres, mongodb, redis, redis-cache.',
  )
  .argument('[service...]', 'only these services or stores')
  .option('-f, --follow', 'go on with what is logged from now on, until Ctrl-C', false)
  .option('-n, --lines <count>', 'how many lines to begin with', whole, 200)
  .addOption(
    new Option('-l, --level <level>', 'the least urgent level that is shown').choices(levels).default('info'),
  )
  .option('-d, --data-dir <folder>', 'the DATA_DIR of the shop', process.env['DATA_DIR'] || '.data')
  .option('--no-colour', 'without colours')
  .showHelpAfterError('npm run logs -- --help lists what there is.')
  .parse();
const options = program.opts<{
  follow: boolean;
  lines: number;
  level: Level;
  dataDir: string;
  colour: boolean;
}>();

const logDir = path.resolve(root, options.dataDir, 'logs');
const { services, stores } = logNames(logDir);
if (services.length + stores.length === 0)
  program.error(
    `error: no logs in ${logDir}: start a shop with npm start or npm run dev, or name its folder with --data-dir`,
  );
const unknown = program.args.filter((name) => !services.includes(name) && !stores.includes(name));
if (unknown.length > 0)
  program.error(`error: no log of ${unknown.join(', ')}; there are ${[...services, ...stores].join(', ')}`);

const names = program.args.length > 0 ? program.args : services;
const colour = options.colour && (process.stdout.isTTY || Boolean(process.env['FORCE_COLOR']));
const format = createFormatter({ level: options.level, colour, names });
const print = (name: string, text: string): void => {
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
  logs.forEach(({ name, file }, at) => followLog(file, (text) => print(name, text), read[at]?.size));
}
