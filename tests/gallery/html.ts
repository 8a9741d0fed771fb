import type { QueueSample } from './queue';

const escape = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign);

const page = (body: string): string => `<!doctype html><meta charset="utf-8"><style>
  body { margin: 0; background: #1d1a26; }
  main { display: inline-block; background: #1d1a26; color: #ece9f4; padding: 20px 24px; min-width: 760px; }
  pre { margin: 0; font: 14px/1.45 'DejaVu Sans Mono', 'Liberation Mono', monospace; }
  b { color: #c9a7ff; } .good { color: #7fd99a; } .bad { color: #ff8d8d; }
  svg { display: block; font: 13px 'DejaVu Sans', 'Liberation Sans', sans-serif; }
</style><main>${body}</main>`;

/** A command and what it printed, as a terminal shows it. */
export function terminalPage(line: string, output: string): string {
  const shown = escape(output.trimEnd())
    .replace(/\bkept$/gm, '<span class="good">kept</span>')
    .replace(/\bBROKEN\b/g, '<span class="bad">BROKEN</span>')
    .replace(/\ball kept\b/g, '<span class="good">all kept</span>');
  return page(`<pre><b>$ ${escape(line)}</b>\n${shown}</pre>`);
}

const WIDTH = 860;
const HEIGHT = 340;
const LEFT = 60;
const BOTTOM = 50;
const COLOURS = ['#c9a7ff', '#7fd99a', '#ffd479', '#7cc4ff', '#ff8d8d', '#e0e0e0'];

/** The events that wait for each reader of the queue, by time. */
export function queuePage(samples: readonly QueueSample[], readers: readonly string[]): string {
  const end = Math.max(...samples.map(({ seconds }) => seconds), 1);
  const most = Math.max(...samples.flatMap(({ waiting }) => Object.values(waiting)), 1);
  const x = (seconds: number) => LEFT + (seconds / end) * (WIDTH - LEFT - 20);
  const y = (count: number) => HEIGHT - BOTTOM - (count / most) * (HEIGHT - BOTTOM - 30);
  const lines = readers.map((reader, n) => {
    const points = samples.map(({ seconds, waiting }) => [x(seconds), y(waiting[reader] ?? 0)] as const);
    const path = points.map(([left, top]) => `${left.toFixed(1)},${top.toFixed(1)}`).join(' ');
    const colour = COLOURS[n % COLOURS.length] ?? '';
    const legend = `<rect x="${WIDTH - 330}" y="${28 + n * 22}" width="14" height="4" fill="${colour}"/><text x="${WIDTH - 308}" y="${34 + n * 22}" fill="#ece9f4">${escape(reader)}</text>`;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${legend}`;
  });
  const ticks = Array.from({ length: Math.floor(end) + 1 }, (_, second) => second)
    .filter((second) => second % Math.max(1, Math.ceil(end / 12)) === 0)
    .map(
      (second) =>
        `<text x="${x(second)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#b9b3c9">${second} s</text>`,
    );
  return page(`<svg width="${WIDTH}" height="${HEIGHT}">
    <text x="${LEFT}" y="16" fill="#ece9f4">events that wait to be handled</text>
    <path d="M${LEFT} 28V${HEIGHT - BOTTOM}H${WIDTH - 20}" fill="none" stroke="#6d6780"/>
    <text x="${LEFT - 8}" y="${y(most) + 5}" text-anchor="end" fill="#b9b3c9">${most}</text>
    <text x="${LEFT - 8}" y="${y(0) + 5}" text-anchor="end" fill="#b9b3c9">0</text>
    ${ticks.join('')}${lines.join('')}
    <text x="${LEFT}" y="${HEIGHT - 6}" fill="#b9b3c9">seconds since the first event of the run</text>
  </svg>`);
}
