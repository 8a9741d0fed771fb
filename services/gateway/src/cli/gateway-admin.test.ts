import { execute } from '@bramble/service-kit/base/command-line';
import { createGatewayAdmin } from './gateway-admin';

async function admin(...words: string[]) {
  const ran = { code: 0, out: '', err: '' };
  const program = createGatewayAdmin((text) => (ran.out += text));
  ran.code = await execute(program, words, (text) => (ran.err += text));
  return ran;
}

it.each(['', 'dead', 'dead list', 'dead show', 'dead replay', 'dead discard'])(
  'explains "bramble-admin %s" with an example',
  async (command) => {
    const { code, out, err } = await admin(...command.split(' ').filter(Boolean), '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: bramble-admin ${command}`.trimEnd());
    expect(out).toMatch(/\nExample: bramble-admin [a-z]/);
  },
);

it.each([
  [['dead'], 'say what to do; --help lists the commands'],
  [['dead', 'lst'], "unknown command 'lst'"],
  [['dead', 'list', '--loud'], "unknown option '--loud'"],
  [['dead', 'show'], "missing required argument 'ID'"],
])('answers %j with one sentence', async (words, sentence) => {
  expect(await admin(...words)).toEqual({ code: 2, out: '', err: `bramble-admin: ${sentence}\n` });
});
