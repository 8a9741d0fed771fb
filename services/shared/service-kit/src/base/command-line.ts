import { createInterface } from 'node:readline';
import { styleText } from 'node:util';
import { Command, CommanderError, Option } from 'commander';

/** Wrong words on the command line. `runCommand` prints the one sentence and ends with 2. */
export class UsageError extends Error {}

interface About {
  /** What the command is for, in whole sentences. */
  does: string;
  /** A call that works as it stands. */
  example: string;
}

type Print = (text: string) => void;
const toStdout: Print = (text) => void process.stdout.write(text);
const toStderr: Print = (text) => void process.stderr.write(text);

/** A command of its own, by the words that start it: `bramble-admin`, `npm run bench --`. */
export function createCommand(words: string, { does, example }: About, print = toStdout): Command {
  return withExample(new Command(words), example)
    .description(does)
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => undefined })
    .configureHelp({ styleTitle: (title) => styleText('bold', title, { validateStream: false }) });
}

/** A command within `parent`; `words` is its name and its arguments, as in `list [STREAM]`. */
export const addCommand = (parent: Command, words: string, { does, example }: About): Command =>
  withExample(parent.command(words), example).description(does);

const withExample = (command: Command, example: string): Command =>
  command.addHelpText('after', `\nExample: ${example}`);

/** `--rate <number>` within bounds; `whole` takes no fraction; without `fallback` it may be absent. */
export function numberOption(
  flags: string,
  says: string,
  { min, max, whole = false, fallback }: { min: number; max: number; whole?: boolean; fallback?: number },
): Option {
  const option = new Option(flags, says);
  if (fallback !== undefined) option.default(fallback);
  return option.argParser((text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
    throw new UsageError(`${option.long} takes ${whole ? 'a whole number from ' : ''}${min} to ${max}`);
  });
}

/** `--level <level>` with a value out of a few. */
export function choiceOption(
  flags: string,
  says: string,
  { choices, fallback }: { choices: readonly string[]; fallback: string },
): Option {
  const option = new Option(flags, `${says} (${choices.join(', ')})`).default(fallback);
  return option.argParser((text) => {
    if (choices.includes(text)) return text;
    throw new UsageError(`${option.long} takes ${choices.join(', ')}, not "${text}"`);
  });
}

const OWN_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * The origin that `--url` names. Throws UsageError for a shop of another machine unless `anywhere`; `hint` ends its sentence
 * with what to do instead.
 */
export function checkShopUrl(text: string, { anywhere = false, hint = '' } = {}): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new UsageError('--url is no HTTP address');
  if (!anywhere && !OWN_HOSTS.includes(url.hostname))
    throw new UsageError(`--url takes an address of this machine only${hint}`);
  return url.origin;
}

/** What a command answers: a value for programs, and the same in words. */
export interface CommandResult {
  value: unknown;
  text: string;
  /** What was left undone, in one sentence. It is printed as an error after the answer, and the exit code is 1. */
  problem?: string | undefined;
}

/** Lets a command answer in words, or in JSON with `--json`. */
export function answers<O extends object>(
  command: Command,
  run: (words: string[], options: O) => Promise<CommandResult>,
): Command {
  return command.option('--json', 'print JSON for a program').action(async () => {
    const options = command.opts<O & { json?: boolean }>();
    const { value, text, problem } = await run(command.args, options);
    const { writeOut = toStdout } = command.configureOutput();
    writeOut(`${options.json ? JSON.stringify(value, null, 2) : text}\n`);
    if (problem !== undefined) throw new Error(problem);
  });
}

/** The option of a command that calls `confirm`. */
export const withYes = (command: Command): Command => command.option('-y, --yes', 'do not ask');

/**
 * Asks before something is lost for good. Throws unless the answer is yes; where no person is at a terminal, `--yes` has
 * to be on the command line.
 */
export async function confirm(
  question: string,
  options: { yes?: boolean },
  { input, output }: { input: NodeJS.ReadStream; output: NodeJS.WritableStream } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<void> {
  if (options.yes) return;
  if (!input.isTTY) throw new UsageError(`the question "${question}" needs a terminal: add --yes`);
  const terminal = createInterface({ input, output });
  const answer = await new Promise<string>((resolve) => {
    // Ctrl-C and Ctrl-D close the terminal without an answer.
    terminal.once('close', () => resolve(''));
    terminal.question(`${question} [y/N] `, resolve);
  });
  terminal.close();
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new Error('nothing was changed');
}

/** Colours for a stream that is a terminal, unless NO_COLOR asks for none. */
export function paintFor(
  stream: NodeJS.WriteStream,
): (style: 'bold' | 'red' | 'dim', text: string) => string {
  const colours = stream.isTTY && stream.hasColors();
  return (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text);
}

/** The first sentence of commander's message, which may go on with help. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof CommanderError)) return error instanceof Error ? error.message : String(error);
  if (error.code === 'commander.help') return 'say what to do; --help lists the commands';
  return error.message.replace(/^error: /, '').split(/\.?(?:\s*\n|\. |$)/)[0] ?? '';
}

/** `npm run bench --` → `bench` */
const shortName = (program: Command): string => program.name().replace(/^npm run | --$/g, '');

/**
 * Runs the command that the words name and answers its exit code. An error is one line for `print`: wrong words are 2,
 * everything else is 1.
 */
export async function execute(program: Command, words: readonly string[], print = toStderr): Promise<number> {
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    print(`${shortName(program)}: ${sentenceOf(error)}\n`);
    return error instanceof CommanderError || error instanceof UsageError ? 2 : 1;
  }
}

/** Runs the command line of this process. An error ends the process, whatever is still open. */
export async function runCommand(program: Command): Promise<void> {
  // The reader of a pipe may leave early, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const code = await execute(program, process.argv.slice(2));
  if (code !== 0) process.exit(code);
}
