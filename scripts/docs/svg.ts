/** What a shape stands for; the style sheet gives it its colours in light and in dark. */
export type Role = 'service' | 'store' | 'stream' | 'outside' | 'good' | 'bad';

interface Palette {
  paper: string;
  ink: string;
  soft: string;
  line: string;
  /** Fill and stroke. */
  roles: Record<Role, readonly [string, string]>;
}

const LIGHT: Palette = {
  paper: '#fbfcf8',
  ink: '#2b1a24',
  soft: '#5d4d57',
  line: '#7c6b75',
  roles: {
    service: ['#fbe9ee', '#b0214d'],
    store: ['#e9f1e4', '#56744b'],
    stream: ['#e4eef8', '#35678f'],
    outside: ['#f3efe9', '#85757e'],
    good: ['#e2f3e8', '#2c7a4b'],
    bad: ['#fbe3d8', '#a8431b'],
  },
};
const DARK: Palette = {
  paper: '#191216',
  ink: '#f4eaef',
  soft: '#c3b4bc',
  line: '#a3939c',
  roles: {
    service: ['#3b1b29', '#f283a3'],
    store: ['#1f2c1b', '#94b985'],
    stream: ['#172a3a', '#83b7e0'],
    outside: ['#272023', '#a3939c'],
    good: ['#17301f', '#7bd39d'],
    bad: ['#3a2015', '#f0a57f'],
  },
};

const rules = ({ paper, ink, soft, line, roles }: Palette): string =>
  [
    `.paper{fill:${paper}} text{fill:${ink}} .soft{fill:${soft}} .line{stroke:${line}} .head{fill:${line}} .label{stroke:${paper}}`,
    ...Object.entries(roles).map(
      ([role, [fill, stroke]]) =>
        `.${role}{fill:${fill};stroke:${stroke}} .${role}-line{stroke:${stroke}} .${role}-head{fill:${stroke}} .on-${role}{stroke:${fill}}`,
    ),
  ].join('\n');

const STYLE = [
  'text{font-family:Helvetica,Arial,"Liberation Sans",sans-serif;font-size:13px;text-anchor:middle}',
  '.start{text-anchor:start} .end{text-anchor:end} .title{font-size:15px;font-weight:700} .small{font-size:11px} .key{font-weight:700}',
  // Words on a line have the colour of what is below around their letters.
  '.label{font-size:12px} .label,[class*="on-"]{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}',
  '.line,[class$="-line"]{fill:none;stroke-width:1.4} .dashed{stroke-dasharray:5 4} .thin{stroke-width:1}',
  rules(LIGHT),
  `@media (prefers-color-scheme:dark){\n${rules(DARK)}\n}`,
].join('\n');

const escapeXml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** A number as SVG has it: at most one decimal, so that a picture is the same on every machine. */
export const n = (value: number): string => String(Math.round(value * 10) / 10);

export interface PictureOptions {
  width: number;
  height: number;
  /** The text for screen readers. */
  title: string;
  body: readonly string[];
}

/** A picture with its own background, readable on a light page and on a dark one. */
export const picture = ({ width, height, title, body }: PictureOptions): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>\n${STYLE}\n</style>`,
    '<defs>',
    ...['', 'service-', 'store-', 'stream-', 'good-', 'bad-'].map(
      (role) =>
        `<marker id="${role}arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="${role}head" d="M0 0L8 4L0 8z"/></marker>`,
    ),
    '</defs>',
    `<rect class="paper" width="${n(width)}" height="${n(height)}" rx="10"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const rect = ({ x, y, width, height }: Box, classes: string, radius = 7): string =>
  `<rect class="${classes}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${radius}"/>`;

/** Words whose baseline is at `y`; `classes` say size and side. */
export const words = (x: number, y: number, text: string, classes = ''): string =>
  `<text${classes ? ` class="${classes}"` : ''} x="${n(x)}" y="${n(y)}">${escapeXml(text)}</text>`;

export interface PathOptions {
  /** Undefined is the colour of plain lines. */
  role?: Role | undefined;
  dashed?: boolean;
  thin?: boolean;
  /** An arrow head at the end. */
  arrow?: boolean;
}

export function path(
  d: string,
  { role, dashed = false, thin = false, arrow = false }: PathOptions = {},
): string {
  const prefix = role === undefined || role === 'outside' ? '' : `${role}-`;
  const classes = [`${prefix}line`, dashed && 'dashed', thin && 'thin'].filter(Boolean).join(' ');
  // A class that ends with `-line` must stand last for the style sheet's selector.
  const ordered = classes
    .split(' ')
    .sort((a, b) => Number(a.endsWith('line')) - Number(b.endsWith('line')))
    .join(' ');
  return `<path class="${ordered}" d="${d}"${arrow ? ` marker-end="url(#${prefix}arrow)"` : ''}/>`;
}

/** A point where a line begins. */
export const dot = (x: number, y: number, role: Role): string =>
  `<circle class="${role}-head" cx="${n(x)}" cy="${n(y)}" r="3.5"/>`;

/** Splits a text into lines of at most `width` pixels. */
export function wrap(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(`${last} ${word}`, size) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Roughly how wide a text is, in the widths of Helvetica; a little more than less. */
export function widthOf(text: string, size = 13, bold = false): number {
  let units = 0;
  for (const letter of text) {
    if (/[iljtfI.,:;'|!()[\]/ ]/.test(letter)) units += 0.3;
    else if (/[mwMW@%]/.test(letter)) units += 0.88;
    else if (/[A-Z_&]/.test(letter)) units += 0.69;
    else units += 0.56;
  }
  return units * size * (bold ? 1.08 : 1.02);
}
