import { execute } from '@bramble/service-kit/base/command-line';
import { createUsersAdmin } from './users-admin';

async function admin(...words: string[]) {
  const ran = { code: 0, out: '', err: '' };
  const program = createUsersAdmin((text) => (ran.out += text));
  ran.code = await execute(program, words, (text) => (ran.err += text));
  return ran;
}

it.each([
  '',
  'user',
  'user grant',
  'user revoke',
  'user erase',
  'keys',
  'keys rotate',
  'keys list',
  'keys revoke',
])('explains "bramble-admin %s" with an example', async (command) => {
  const { code, out, err } = await admin(...command.split(' ').filter(Boolean), '--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain(`Usage: bramble-admin ${command}`.trimEnd());
  expect(out).toMatch(/\nExample: bramble-admin [a-z]/);
});

it.each([
  [['sing'], "unknown command 'sing'"],
  [['user', 'grant', 'a@example.com'], "missing required argument 'ROLE'"],
  [
    ['user', 'grant', 'a@example.com', 'king'],
    'there is no role "king"; there are customer, seller, courier, admin',
  ],
  [['keys', 'rotate', '--fast'], "unknown option '--fast'"],
])('answers %j with one sentence', async (words, sentence) => {
  expect(await admin(...words)).toEqual({ code: 2, out: '', err: `bramble-admin: ${sentence}\n` });
});
