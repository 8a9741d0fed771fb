import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { withoutSigningIn } from './commands';
import { terminalPage } from './html';
import { busyReaders } from './queue';

const root = path.resolve(__dirname, '../..');

describe('the gallery', () => {
  it('shows every picture of its folder, each of them small and described', () => {
    const text = readFileSync(path.join(root, 'docs/gallery.md'), 'utf8');
    const shown = [...text.matchAll(/!\[([^\]]+)\]\((images\/gallery\/[^)]+)\)/g)];
    const files = readdirSync(path.join(root, 'docs/images/gallery'));
    expect(files.length).toBeGreaterThan(5);
    expect(shown.map(([, , file]) => path.basename(file!)).sort()).toEqual(files.sort());
    for (const [, alt, file] of shown) {
      expect(alt!.length).toBeGreaterThan(40);
      expect(statSync(path.join(root, 'docs', file!)).size).toBeLessThanOrEqual(150 * 1024);
    }
  });
});

describe('what a command printed', () => {
  it('is shown without the lines of signing in, except for the last', () => {
    const output = '   1 s  signed in 5 of 9\n   2 s  signed in 9 of 9\n   1 s  sent 9\n';
    expect(withoutSigningIn(output)).toBe('   2 s  signed in 9 of 9\n   1 s  sent 9\n');
    expect(withoutSigningIn('nobody signed up\n')).toBe('nobody signed up\n');
  });

  it('is text and no markup, with verdicts in colour', () => {
    const html = terminalPage('npm run stress', 'a <b> & c  kept\nd  BROKEN');
    expect(html).toContain('a &lt;b&gt; &amp; c  <span class="good">kept</span>');
    expect(html).toContain('<span class="bad">BROKEN</span>');
  });
});

describe('the queue', () => {
  it('names the readers for which events waited, the longest queue first', () => {
    const samples = [
      { seconds: 0, waiting: { a: 1, b: 2, c: 0 } },
      { seconds: 1, waiting: { a: 5, b: 0, c: 0 } },
    ];
    expect(busyReaders(samples)).toEqual([
      { reader: 'a', most: 5 },
      { reader: 'b', most: 2 },
    ]);
  });
});
