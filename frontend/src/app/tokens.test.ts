import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contrast, parseOklch, toLinearRgb } from '../testing/colour';

const css = readFileSync(join(__dirname, 'tokens.css'), 'utf8');
const block = (selector: string) => {
  const body = new RegExp(`${selector} \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return new Map(
    [...body.matchAll(/--([a-z-]+):([^;]+);/g)].map(([, name, value]) => [name!, value!.trim()] as const),
  );
};
const light = block(':root');
const themes = { light, dark: new Map([...light, ...block('\\.dark')]) };

const text: [string, string, number][] = [
  ['ink', 'paper', 7],
  ['ink', 'surface', 7],
  ['ink-muted', 'paper', 4.5],
  ['ink-muted', 'surface', 4.5],
  ['ink-muted', 'sunken', 4.5],
  ['on-raspberry', 'raspberry', 4.5],
  ['on-raspberry', 'raspberry-press', 4.5],
  ['raspberry-ink', 'raspberry-wash', 4.5],
  ['line-strong', 'surface', 3],
  ['line-strong', 'paper', 3],
  ['line-strong', 'sunken', 3],
  ['paper', 'ink', 7],
  ...['leaf', 'amber', 'rust', 'sky'].flatMap((tone): [string, string, number][] => [
    [tone, 'surface', 4.5],
    [tone, 'paper', 4.5],
    [tone, `${tone}-wash`, 4.5],
    ['ink', `${tone}-wash`, 7],
  ]),
];

describe.each(Object.entries(themes))('in the %s theme', (_name, tokens) => {
  const colour = (name: string) => {
    const parsed = parseOklch(tokens.get(name) ?? '');
    if (!parsed) throw new Error(`no colour --${name}`);
    return parsed;
  };

  it.each(text)('%s on %s can be read', (front, back, need) => {
    expect(contrast(colour(front), colour(back))).toBeGreaterThanOrEqual(need);
  });

  it.each([12, 55, 98, 145, 205, 275])('ink can be read on the plate of hue %i', (h) => {
    const plate = { l: Number(tokens.get('plate-l')), c: Number(tokens.get('plate-c')), h };
    expect(contrast(colour('ink'), plate)).toBeGreaterThanOrEqual(7);
  });

  it('every colour can be shown by every screen', () => {
    for (const [name, value] of tokens) {
      const parsed = parseOklch(value);
      if (!parsed) continue;
      for (const part of toLinearRgb(parsed)) {
        expect({ name, inside: part > -0.005 && part < 1.005 }).toEqual({ name, inside: true });
      }
    }
  });
});
