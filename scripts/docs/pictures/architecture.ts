import { eventsOf, serviceFacts, streamNames, type ServiceFacts } from '../facts/services';
import { dot, path, picture, rect, words, wrap, type Box } from '../svg';

const COLUMN = 210;
const GAP = 26;
const LEFT = 24;
const STREAM = 46;
const BAR = 34;
/** Where the events of a stream begin, right of its name. */
const EVENTS = 160;
/** How far a service's two lanes to the streams are from its middle. */
const LANE = 34;

const STORE_NAMES: Readonly<Record<string, string>> = {
  postgres: 'PostgreSQL',
  mongodb: 'MongoDB',
};

/** The services, who calls whom, each one's own store, and the streams between them. */
export function architecture(): string {
  const [gateway, ...services] = serviceFacts();
  if (!gateway) throw new Error('there is no gateway');
  const width = LEFT * 2 + services.length * COLUMN + (services.length - 1) * GAP;
  const columnOf = new Map(services.map(({ name }, at) => [name, LEFT + at * (COLUMN + GAP)]));
  const middleOf = (name: string): number => (columnOf.get(name) ?? 0) + COLUMN / 2;
  const body: string[] = [];

  const browser: Box = { x: LEFT, y: 24, width: 250, height: 52 };
  const door: Box = { x: LEFT + 316, y: 24, width: width - 2 * LEFT - 316, height: 52 };
  body.push(
    rect(browser, 'outside dashed'),
    ...titled(browser, 'browser', 'the storefront, served by the gateway'),
  );
  body.push(rect(door, 'service'), ...titled(door, `gateway :${gateway.port}`, doorWords(gateway)));
  body.push(path(`M${browser.x + browser.width} 50 L${door.x - 3} 50`, { arrow: true }));
  body.push(words((browser.x + browser.width + door.x) / 2, 42, 'HTTP', 'label'));

  // Each call between services has a line of its own, so that none lies on another.
  const calls = services.flatMap(({ name, calls: called }) => called.map((to) => ({ from: name, to })));
  const top = 100 + calls.length * 22 + 14;
  for (const { name } of services) {
    const x = Math.max(middleOf(name), door.x + 20);
    const elbow = x === middleOf(name) ? '' : ` L${x} 92 L${middleOf(name)} 92`;
    body.push(path(`M${x} 76${elbow} L${middleOf(name)} ${top - 3}`, { arrow: true }));
  }
  const ends = new Map<string, number>();
  const endAt = (name: string): number => {
    const used = ends.get(name) ?? 0;
    ends.set(name, used + 1);
    return middleOf(name) + 30 + used * 18;
  };
  calls.forEach(({ from, to }, at) => {
    const y = 108 + at * 22;
    const [start, end] = [endAt(from), endAt(to)];
    body.push(path(`M${start} ${top} L${start} ${y} L${end} ${y} L${end} ${top - 3}`, { arrow: true }));
    body.push(words((start + end) / 2, y + 4, `${from} asks ${to}`, 'label'));
  });

  const boxHeight = 132;
  const streamsTop = top + boxHeight + 36;
  const streamY = new Map(streamNames.map((stream, at) => [stream, streamsTop + at * STREAM]));
  for (const service of services) {
    const box: Box = { x: columnOf.get(service.name) ?? 0, y: top, width: COLUMN, height: boxHeight };
    body.push(...serviceBox(service, box));
  }
  for (const y of streamY.values())
    body.push(rect({ x: LEFT, y, width: width - 2 * LEFT, height: BAR }, 'stream'));
  for (const { name, publishes, consumes } of services) {
    publishes.forEach((stream, at) => {
      const x = middleOf(name) + LANE + at * 16;
      const y = streamY.get(stream) ?? 0;
      body.push(path(`M${x} ${top + boxHeight} L${x} ${y + 2}`, { role: 'service', arrow: true }));
    });
    consumes.forEach((stream, at) => {
      const x = middleOf(name) - LANE - at * 16;
      const y = streamY.get(stream) ?? 0;
      body.push(
        dot(x, y, 'stream'),
        path(`M${x} ${y} L${x} ${top + boxHeight + 3}`, { role: 'stream', arrow: true }),
      );
    });
  }
  for (const [stream, y] of streamY) {
    body.push(words(LEFT + 14, y + BAR / 2 + 5, stream, 'title start'));
    const lines = wrap(eventsOf(stream).join(', '), width - 2 * LEFT - EVENTS - 10, 11);
    lines.forEach((line, at) =>
      body.push(
        words(
          LEFT + EVENTS,
          y + BAR / 2 + 4 + (at - (lines.length - 1) / 2) * 13,
          line,
          'small start on-stream',
        ),
      ),
    );
  }
  const bottom = streamsTop + streamNames.length * STREAM;
  const legend = bottom + 20;
  body.push(path(`M${LEFT} ${legend - 4} L${LEFT + 34} ${legend - 4}`, { role: 'service', arrow: true }));
  body.push(
    words(LEFT + 44, legend, 'publishes: a row of the outbox, in the transaction of the change', 'start'),
  );
  body.push(
    path(`M${LEFT + 450} ${legend - 4} L${LEFT + 484} ${legend - 4}`, { role: 'stream', arrow: true }),
  );
  body.push(
    words(
      LEFT + 494,
      legend,
      'consumes from the Redis Stream: a row of the inbox, in the transaction of the effect',
      'start',
    ),
  );
  return picture({
    width,
    height: legend + 22,
    title: 'The services of Bramble, their stores, and the Redis Streams between them',
    body,
  });
}

const titled = ({ x, y, width, height }: Box, title: string, below: string): string[] => [
  words(x + width / 2, y + height / 2 - 4, title, 'title'),
  words(x + width / 2, y + height / 2 + 14, below, 'small soft'),
];

const doorWords = ({ stores }: ServiceFacts): string =>
  `routes, checks and limits every request; owns no data${stores.some((store) => store.startsWith('redis')) ? '; limits in Redis' : ''}`;

function serviceBox({ name, port, owns, stores, answers }: ServiceFacts, box: Box): string[] {
  const { x, y, width, height } = box;
  const own = stores.find((store) => STORE_NAMES[store]);
  const lines = [
    ...wrap(owns.replace(/;.*$/, ''), width - 24, 11),
    ...wrap(answers.join(' '), width - 24, 11),
  ];
  const ownLines = wrap(owns.replace(/;.*$/, ''), width - 24, 11).length;
  return [
    rect(box, 'service'),
    words(x + width / 2, y + 22, `${name} :${port}`, 'title'),
    ...lines.map((line, at) =>
      words(x + width / 2, y + 40 + at * 15, line, at < ownLines ? 'small' : 'small soft'),
    ),
    ...(own === undefined
      ? []
      : [
          rect({ x: x + 10, y: y + height - 32, width: width - 20, height: 24 }, 'store', 5),
          words(x + width / 2, y + height - 15, storeWords(name, own, stores), 'small'),
        ]),
  ];
}

const storeWords = (name: string, own: string, stores: readonly string[]): string =>
  `${STORE_NAMES[own]} ${name}${stores.includes('redis-cache') ? ' · Redis cache' : ''}`;
