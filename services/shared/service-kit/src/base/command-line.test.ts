import { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { choiceOption, confirm, numberOption, paintFor, UsageError } from './command-line';

/** A person who types `line` and the enter key; without a line, one who closes the terminal. */
function terminal(line?: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true }) as unknown as ReadStream;
  const output = new PassThrough();
  let shown = '';
  output.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  if (line === undefined) (input as unknown as PassThrough).end();
  else (input as unknown as PassThrough).write(`${line}\n`);
  return { streams: { input, output }, shown: () => shown };
}

describe('a question before something is deleted', () => {
  it.each(['y', 'Yes', ' YES '])('goes on after "%s"', async (line) => {
    const { streams, shown } = terminal(line);
    await confirm('Delete 3 dead letters for good?', {}, streams);
    expect(shown()).toContain('Delete 3 dead letters for good? [y/N] ');
  });

  it.each(['', 'n', 'yesterday', undefined])('changes nothing after "%s"', async (line) => {
    await expect(confirm('Delete?', {}, terminal(line).streams)).rejects.toThrow('nothing was changed');
  });

  it('is not asked with --yes, and cannot be asked without a terminal', async () => {
    const silent = terminal();
    await confirm('Delete?', { yes: true }, silent.streams);
    expect(silent.shown()).toBe('');
    Object.assign(silent.streams.input, { isTTY: false });
    await expect(confirm('Delete?', {}, silent.streams)).rejects.toThrow(UsageError);
  });
});

describe('values of options', () => {
  const rate = numberOption('--rate <number>', 'per second', { min: 0.5, max: 100, fallback: 6 });
  const seeds = numberOption('--seeds <count>', 'seeds', { min: 1, max: 9, whole: true, fallback: 1 });
  const level = choiceOption('-l, --level <level>', 'level', { choices: ['info', 'warn'], fallback: 'info' });
  const read = (option: { parseArg?: unknown }, text: string): unknown =>
    (option.parseArg as (text: string) => unknown)(text);

  it('are read within their bounds', () => {
    expect([read(rate, '0.5'), read(rate, '100'), read(seeds, '9'), read(level, 'warn')]).toEqual([
      0.5,
      100,
      9,
      'warn',
    ]);
    expect([rate.defaultValue, level.defaultValue]).toEqual([6, 'info']);
  });

  it.each([
    [rate, ['fast', '', ' ', '0.4', '101', 'NaN'], '--rate takes 0.5 to 100'],
    [seeds, ['1.5', '0', '10'], '--seeds takes a whole number from 1 to 9'],
    [level, ['loud'], '--level takes info, warn, not "loud"'],
  ])('are refused in one sentence', (option, texts, sentence) => {
    for (const text of texts) expect(() => read(option, text)).toThrow(new UsageError(sentence));
  });
});

it('prints colours on a terminal that has them, and nowhere else', () => {
  const stream = (isTTY: boolean, colours: boolean) =>
    ({ isTTY, hasColors: () => colours }) as unknown as WriteStream;
  expect(paintFor(stream(true, true))('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  expect(paintFor(stream(true, false))('red', 'x')).toBe('x');
  expect(paintFor(stream(false, true))('red', 'x')).toBe('x');
});
