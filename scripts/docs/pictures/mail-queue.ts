import { readFileSync } from 'node:fs';
import path from 'node:path';
import { authApi } from '@bramble/contracts/auth';
import type { Operation } from '@bramble/contracts/operation';
import { usersApi } from '@bramble/contracts/users';
import { root } from '../../workspace';
import { tablesOf } from '../facts/tables';
import { sequence } from '../sequence';

const called = ({ method, path: address }: Operation): string => `${method.toUpperCase()} ${address}`;

/** How a mail is asked for and kept. No service sends it yet, and the picture says so. */
export function mailQueuePicture(): string {
  const source = readFileSync(path.join(root, 'services/users/src/mail/mail.repository.ts'), 'utf8');
  const queue = /QUEUE = '([^']+)'/.exec(source)?.[1];
  const table = tablesOf('users').find(({ name }) => name === 'mail_jobs');
  const columns = ['ready_at', 'taken_at'].filter((name) =>
    table?.columns.some((column) => column.name === name),
  );
  if (queue === undefined || columns.length !== 2)
    throw new Error('the mail queue is not what the picture says');
  return sequence({
    title: 'A mail: asked for, made ready, announced. Nobody sends it yet',
    participants: [
      { name: 'person', role: 'outside' },
      { name: 'users', role: 'service' },
      { name: 'mail_jobs', role: 'store' },
      { name: queue, role: 'stream' },
    ],
    steps: [
      { kind: 'call', from: 'person', to: 'users', text: called(authApi.forgotPassword) },
      { kind: 'call', from: 'users', to: 'mail_jobs', text: 'a row: somebody asked' },
      { kind: 'answer', from: 'users', to: 'person', text: '204, known or not' },
      { kind: 'act', at: 'users', text: 'a worker looks the account up; without one the row is dropped' },
      { kind: 'call', from: 'users', to: 'mail_jobs', text: 'its link, and ready_at' },
      { kind: 'call', from: 'users', to: queue, text: 'LPUSH {source, id}' },
      { kind: 'act', at: queue, text: 'nobody reads the queue yet: no service sends mail' },
      {
        kind: 'act',
        at: 'users',
        text: `${called(usersApi.mailJobs)} lists the rows that are ready; ${called(usersApi.mailJobTaken)} sets taken_at`,
      },
      { kind: 'act', at: 'users', text: 'seven days after taken_at the row is deleted' },
    ],
  });
}
