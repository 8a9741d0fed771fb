import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHART, helm } from './render';
import { KUBERNETES } from './tools';

/** The notes of an install. helm renders NOTES.txt only with a cluster, so a copy of the chart has them as a text of a manifest. */
function notes(...set: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'chart-notes-'));
  try {
    const copy = join(folder, 'bramble');
    cpSync(CHART, copy, { recursive: true });
    const text = readFileSync(join(CHART, 'templates', 'NOTES.txt'), 'utf8');
    const lines = text.split('\n').map((line) => (line.startsWith('{{') ? line : `  ${line}`));
    writeFileSync(join(copy, 'templates', 'notes.yaml'), `notes: |\n  Notes:\n${lines.join('\n')}\n`);
    return helm([
      'template',
      'shop',
      copy,
      '--show-only=templates/notes.yaml',
      `--kube-version=${KUBERNETES[1]}`,
      ...set.map((value) => `--set=${value}`),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the notes of an install', () => {
  const CLOSED = 'The checkout is closed';
  const TEST_CARDS = 'this shop takes test cards';

  it('say that the checkout is closed without a payment provider', () => {
    expect(notes()).toContain(CLOSED);
  });

  it('say what ends with the demo admin where it is offered', () => {
    const ENDS = 'Every visitor is admin';
    expect(notes('demo.enabled=true,demo.admin=true')).toContain(ENDS);
    expect(notes('demo.enabled=true')).not.toContain(ENDS);
  });

  it('warn when test cards are taken outside demo mode', () => {
    const said = notes('payments.env.ALLOW_SANDBOX=on');
    expect(said).toContain(TEST_CARDS);
    expect(said).not.toContain(CLOSED);
  });

  it.each(['demo.enabled=true', 'payments.secretEnv.STRIPE_SECRET_KEY.secret=stripe'])(
    'say nothing of that with %s',
    (set) => {
      const said = notes(set);
      expect(said).not.toContain(CLOSED);
      expect(said).not.toContain(TEST_CARDS);
    },
  );
});
