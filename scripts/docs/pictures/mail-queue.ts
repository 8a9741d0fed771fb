import { authApi } from '@bramble/contracts/auth';
import type { Operation } from '@bramble/contracts/operation';
import { usersApi } from '@bramble/contracts/users';
import { mailFacts } from '../facts/mail-steps';
import { sequence } from '../sequence';

const called = ({ method, path: address }: Operation): string => `${method.toUpperCase()} ${address}`;

/** How a mail is asked for and kept, and who sends it, by the code of users and of whoever reads the queue. */
export function mailQueuePicture(): string {
  const { queue, pushed, ready, taken, keptDays, readers } = mailFacts();
  const unread = readers.length === 0;
  return sequence({
    title: `A mail: asked for, made ready, announced.${unread ? ' Nobody sends it yet' : ''}`,
    participants: [
      { name: 'person', role: 'outside' },
      { name: 'users', role: 'service' },
      { name: 'mail_jobs', role: 'store' },
      { name: queue, role: 'stream' },
      ...readers.map((name) => ({ name, role: 'service' as const })),
    ],
    steps: [
      { kind: 'call', from: 'person', to: 'users', text: called(authApi.forgotPassword) },
      { kind: 'call', from: 'users', to: 'mail_jobs', text: 'a row: somebody asked' },
      { kind: 'answer', from: 'users', to: 'person', text: '204, known or not' },
      { kind: 'act', at: 'users', text: 'a worker looks the account up; without one the row is dropped' },
      { kind: 'call', from: 'users', to: 'mail_jobs', text: `the link: ${ready.join(', ')}` },
      { kind: 'call', from: 'users', to: queue, text: `LPUSH ${pushed}` },
      ...(unread
        ? [
            {
              kind: 'act' as const,
              at: queue,
              text: 'nobody reads the queue yet: no service sends mail',
            },
          ]
        : readers.map((name) => ({
            kind: 'call' as const,
            from: queue,
            to: name,
            text: 'wakes the sender',
          }))),
      {
        kind: 'act',
        at: 'users',
        text: `${called(usersApi.mailJobs)} lists the rows that are ready; ${called(usersApi.mailJobTaken)} sets ${taken}`,
      },
      {
        kind: 'act',
        at: 'users',
        text: `${keptDays} days after ${taken} the row is deleted, or after it was made if nobody took it`,
      },
    ],
  });
}
