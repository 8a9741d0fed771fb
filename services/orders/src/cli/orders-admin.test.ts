import { execute } from '@bramble/service-kit/base/command-line';
import { createOrdersAdmin } from './orders-admin';

async function admin(...words: string[]) {
  const ran = { code: 0, out: '', err: '' };
  const program = createOrdersAdmin((text) => (ran.out += text));
  ran.code = await execute(program, words, (text) => (ran.err += text));
  return ran;
}

it.each(['', 'order explain', 'reports rebuild'])(
  'explains "bramble-admin %s" with an example',
  async (command) => {
    const { code, out, err } = await admin(...command.split(' ').filter(Boolean), '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: bramble-admin ${command}`.trimEnd());
    expect(out).toMatch(/\nExample: bramble-admin [a-z]/);
  },
);

it.each([
  [[], 'say what to do; --help lists the commands'],
  [['order'], 'say what to do; --help lists the commands'],
  [['deed'], "unknown command 'deed'"],
  [['order', 'lst'], "unknown command 'lst'"],
  [['reports', 'rebuild', '--loud'], "unknown option '--loud'"],
  [['order', 'explain', 'BR-1', 'more'], "too many arguments for 'explain'"],
  [['order', 'explain'], "missing required argument 'NUMBER'"],
  [['order', 'explain', '--yes', 'BR-1'], "unknown option '--yes'"],
])('answers %j with one sentence', async (words, sentence) => {
  expect(await admin(...words)).toEqual({ code: 2, out: '', err: `bramble-admin: ${sentence}\n` });
});
