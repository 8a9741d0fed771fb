import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root, serviceNames } from '../../workspace';
import { tablesOf } from './tables';

/** What the code of users does with a mail. */
export interface MailFacts {
  queue: string;
  /** What is pushed to the queue: `{source, id}`. */
  pushed: string;
  /** The columns that are set when a mail is ready, and when it was taken. */
  ready: readonly string[];
  taken: string;
  /** The days after which a row is deleted, taken or not. */
  keptDays: number;
  /** The services that read the queue. */
  readers: readonly string[];
}

const SERVICE = 'services/users/src/mail/mail.service.ts';
const REPOSITORY = 'services/users/src/mail/mail.repository.ts';
/** What prepares a mail, in the order of the code: the drawn steps are these. */
const PREPARED = [
  'mails.requested()',
  'accounts.byEmail(',
  'mails.drop(',
  'mails.makeReady(',
  'wake(',
] as const;

/** Reads the facts from the code, and throws when the code is not as the picture's steps say. */
export function mailFacts(): MailFacts {
  const repository = readFileSync(path.join(root, REPOSITORY), 'utf8');
  const prepare = after(readFileSync(path.join(root, SERVICE), 'utf8'), 'function prepare(');
  PREPARED.reduce((from, call) => {
    const at = prepare.indexOf(call, from);
    if (at < 0) throw new Error(`${SERVICE}: prepare has no ${call} in its place: draw its new steps`);
    return at + call.length;
  }, 0);
  after(repository, 'function request(', 'mailJob.create(');
  after(
    repository,
    'oldMails: OldRows',
    "'mail_jobs'",
    "'coalesce(taken_at, created_at)'",
    'purge(sql, oldMails',
  );
  const ready = fieldsOf(found(repository, /mailJob\.update\(\{[^}]*\}, data: \{([^}]*)\}/));
  const [taken] = fieldsOf(found(repository, /mailJob\.updateMany\(\{[^}]*\}, data: \{([^}]*)\}/));
  const queue = found(repository, /QUEUE = '([^']+)'/);
  return {
    queue,
    pushed: `{${fieldsOf(found(repository, /lpush\(QUEUE, JSON\.stringify\(\{([^}]*)\}\)\)/)).join(', ')}}`,
    ready: ready.map(columnOf),
    taken: columnOf(taken ?? ''),
    keptDays: Number(found(repository, /oldMails: OldRows = \{[^}]*age: '(\d+) days'/)),
    readers: serviceNames().filter((name) => name !== 'users' && sourceOf(name).includes(queue)),
  };
}

/** The text from `start` on, in which each of `calls` occurs. */
function after(code: string, start: string, ...calls: string[]): string {
  const at = code.indexOf(start);
  const text = at < 0 ? '' : code.slice(at);
  if (at < 0 || calls.some((call) => !text.includes(call)))
    throw new Error(`the mail queue has no ${[start, ...calls].join(', ')}: draw its new steps`);
  return text;
}

function found(code: string, pattern: RegExp): string {
  const text = pattern.exec(code)?.[1];
  if (text === undefined) throw new Error(`${REPOSITORY} has no ${pattern.source}: draw its new steps`);
  return text;
}

/** `linkId: link.id, readyAt: new Date()` → linkId, readyAt */
const fieldsOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|,)\s*(\w+)/g)].map(([, name = '']) => name);

/** The column of a field of the table; throws when there is none. */
function columnOf(field: string): string {
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const table = tablesOf('users').find((each) => each.name === 'mail_jobs');
  if (!table?.columns.some((column) => column.name === name)) throw new Error(`mail_jobs has no ${name}`);
  return name;
}

function sourceOf(service: string): string {
  const folder = path.join(root, 'services', service, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
    .join('\n');
}
