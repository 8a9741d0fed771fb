import { styleText } from 'node:util';
import { prettyFactory } from 'pino-pretty';

/** From the most to the least detailed; a filter shows its level and those after it. */
export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof levels)[number];

export interface FormatOptions {
  /** The least urgent level that is shown. Lines without a level are always shown. */
  level: Level;
  colour: boolean;
  /** The names of the logs; the longest gives the width of the first column. */
  names: readonly string[];
}

type Colour = Extract<Parameters<typeof styleText>[0], string>;
const COLOURS: readonly Colour[] = [
  'cyan',
  'magenta',
  'green',
  'yellow',
  'blue',
  'red',
  'cyanBright',
  'magentaBright',
];
/** The most characters that are shown of MongoDB's attributes; those of a slow query would fill a screen. */
const WIDEST_ATTRIBUTES = 160;
/** The debugger's own words at each start of a service; the banner gives its address. */
const NOISE = /^(?:Debugger (?:listening on|ending on|attached)|For help, see: |Waiting for the debugger)/;
/** Fields that are not shown: every line has them, or the first column or the message shows them. */
const HIDDEN = new Set([
  ...['level', 'time', 'msg', 'err', 'service_name', 'trace_id', 'span_id'],
  ...['http_request_method', 'http_route', 'http_response_status_code', 'duration_ms'],
]);

/**
 * Makes the function that turns one line of a log into what a person reads: the service's name in its colour, time,
 * level, message and fields. It answers undefined for a line that is not shown.
 */
export function createFormatter({ level, colour, names }: FormatOptions) {
  const style = (format: Colour, text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const width = Math.max(0, ...names.map((name) => name.length));
  const prefixes = new Map(
    names.map((name, at) => [name, style(COLOURS[at % COLOURS.length] ?? 'cyan', name.padEnd(width))]),
  );
  const pretty = prettyFactory({ colorize: colour, translateTime: 'SYS:HH:MM:ss.l' });
  const least = levels.indexOf(level);
  /** The entry with its fields in the message, on one line; an error keeps lines of its own. */
  const wordsOf = (entry: Record<string, unknown>) => ({
    level: entry['level'],
    time: entry['time'],
    msg: `${messageOf(entry)}${style('dim', fieldsOf(entry))}`,
    ...(entry['err'] === undefined ? {} : { err: entry['err'] }),
  });

  return (name: string, line: string): string | undefined => {
    if (line.trim() === '' || NOISE.test(line)) return undefined;
    const prefix = prefixes.get(name) ?? name.padEnd(width);
    const entry = parse(line);
    const at = levels.indexOf(entry?.['level'] as Level);
    if (at >= 0 && at < least) return undefined;
    const text = entry && at >= 0 ? pretty(wordsOf(entry)) : line;
    return text
      .trimEnd()
      .split('\n')
      .map((each) => `${prefix}  ${each}`)
      .join('\n');
  };
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    return 's' in entry && 't' in entry ? ofMongodb(entry as unknown as MongodbEntry) : entry;
  } catch {
    return undefined;
  }
}

interface MongodbEntry {
  t: { $date: string };
  s: string;
  c: string;
  msg: string;
  attr?: unknown;
}

const MONGODB_LEVELS: Readonly<Record<string, Level>> = { F: 'fatal', E: 'error', W: 'warn', I: 'info' };

/** A line of MongoDB with the field names of our own logs. */
const ofMongodb = ({ t, s, c, msg, attr }: MongodbEntry): Record<string, unknown> => ({
  level: MONGODB_LEVELS[s] ?? 'debug',
  time: t.$date,
  msg: `${c}: ${msg}`,
  attr: attr === undefined ? '' : JSON.stringify(attr).slice(0, WIDEST_ATTRIBUTES),
});

function messageOf(log: Record<string, unknown>): string {
  const { http_request_method: method, http_route: route } = log;
  if (method === undefined) return String(log['msg'] ?? '');
  return `${String(method)} ${String(route)} ${String(log['http_response_status_code'])} in ${String(log['duration_ms'])} ms`;
}

function fieldsOf(log: Record<string, unknown>): string {
  return Object.entries(log)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== '' && value !== undefined)
    .map(([name, value]) => `  ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
}
