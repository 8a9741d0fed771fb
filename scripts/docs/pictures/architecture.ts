import type { Stream } from '@bramble/contracts/events';
import { eventsOf, serviceFacts, type ServiceFacts, streamNames } from '../facts/services';
import { type Box, dot, path, picture, rect, words, wrap } from '../svg';

const COLUMN = 210;
const GAP = 26;
const LEFT = 24;
const STREAM = 46;
const BAR = 34;
/** Where the events of a stream begin, right of its name. */
const EVENTS = 160;
/** How far a service's two lanes to the streams are from its middle. */
const LANE = 34;
/** Between the lines of two calls. */
const CALL = 22;
const BOX_HEIGHT = 132;

const STORE_NAMES: Readonly<Record<string, string>> = {
  postgres: 'PostgreSQL',
  mongodb: 'MongoDB',
};

/** Where everything stands. */
interface Plan {
  services: readonly ServiceFacts[];
  calls: readonly { from: string; to: string }[];
  width: number;
  /** The gateway's box. */
  door: Box;
  /** The upper and lower edge of the services' boxes. */
  top: number;
  foot: number;
  middleOf(service: string): number;
  yOf(stream: Stream): number;
}

/** The services, who calls whom, each one's own store, and the streams between them. */
export function architecture(): string {
  const [gateway, ...services] = serviceFacts();
  if (!gateway) throw new Error('there is no gateway');
  const plan = planOf(services);
  const legend = plan.yOf('orders_stream') + streamNames.length * STREAM + 20;
  return picture({
    width: plan.width,
    height: legend + 22,
    title: 'The services of Bramble, their stores, and the Redis Streams between them',
    body: [
      ...entrance(gateway, plan),
      ...gatewayLines(plan),
      ...callLines(plan),
      ...services.flatMap((service) => serviceBox(service, boxOf(service.name, plan))),
      ...streamNames.map((stream) =>
        rect({ x: LEFT, y: plan.yOf(stream), width: plan.width - 2 * LEFT, height: BAR }, 'stream'),
      ),
      ...services.flatMap((service) => eventLines(service, plan)),
      ...streamNames.flatMap((stream) => streamWords(stream, plan)),
      ...legendLines(legend),
    ],
  });
}

function planOf(services: readonly ServiceFacts[]): Plan {
  const width = LEFT * 2 + services.length * COLUMN + (services.length - 1) * GAP;
  const calls = services.flatMap(({ name, calls: called }) => called.map((to) => ({ from: name, to })));
  const top = 100 + calls.length * CALL + 14;
  const foot = top + BOX_HEIGHT;
  return {
    services,
    calls,
    width,
    door: { x: LEFT + 316, y: 24, width: width - 2 * LEFT - 316, height: 52 },
    top,
    foot,
    middleOf: (service) =>
      LEFT + services.findIndex(({ name }) => name === service) * (COLUMN + GAP) + COLUMN / 2,
    yOf: (stream) => foot + 36 + streamNames.indexOf(stream) * STREAM,
  };
}

const boxOf = (service: string, { middleOf, top }: Plan): Box => ({
  x: middleOf(service) - COLUMN / 2,
  y: top,
  width: COLUMN,
  height: BOX_HEIGHT,
});

function entrance(gateway: ServiceFacts, { door }: Plan): string[] {
  const browser: Box = { x: LEFT, y: 24, width: 250, height: 52 };
  return [
    rect(browser, 'outside dashed'),
    ...titled(browser, 'browser', 'the storefront, served by the gateway'),
    rect(door, 'service'),
    ...titled(door, `gateway :${gateway.port}`, gatewayWords(gateway)),
    path(`M${browser.x + browser.width} 50 L${door.x - 3} 50`, { arrow: true }),
    words((browser.x + browser.width + door.x) / 2, 42, 'HTTP', 'label'),
  ];
}

/** From the gateway to each service, with a bend for those that stand left of it. */
const gatewayLines = ({ services, door, top, middleOf }: Plan): string[] =>
  services.map(({ name }) => {
    const middle = middleOf(name);
    const x = Math.max(middle, door.x + 14);
    const bend = x === middle ? '' : ` L${x} 92 L${middle} 92`;
    return path(`M${x} 76${bend} L${middle} ${top - 3}`, { arrow: true });
  });

/** Each call between services has a line of its own, so that none lies on another. */
function callLines({ calls, top, middleOf }: Plan): string[] {
  const ends = new Map<string, number>();
  const endAt = (name: string): number => {
    const used = ends.get(name) ?? 0;
    ends.set(name, used + 1);
    return middleOf(name) + 30 + used * 18;
  };
  return calls.flatMap(({ from, to }, at) => {
    const y = 108 + at * CALL;
    const [start, end] = [endAt(from), endAt(to)];
    return [
      path(`M${start} ${top} L${start} ${y} L${end} ${y} L${end} ${top - 3}`, { arrow: true }),
      words((start + end) / 2, y + 4, `${from} asks ${to}`, 'label'),
    ];
  });
}

/** Down to the streams that a service publishes, up from those that it consumes. */
const eventLines = (service: ServiceFacts, { middleOf, yOf, foot }: Plan): string[] => [
  ...service.publishes.map((stream, at) => {
    const x = middleOf(service.name) + LANE + at * 16;
    return path(`M${x} ${foot} L${x} ${yOf(stream) + 2}`, { role: 'service', arrow: true });
  }),
  ...service.consumes.flatMap((stream, at) => {
    const x = middleOf(service.name) - LANE - at * 16;
    return [
      dot(x, yOf(stream), 'stream'),
      path(`M${x} ${yOf(stream)} L${x} ${foot + 3}`, { role: 'stream', arrow: true }),
    ];
  }),
];

function streamWords(stream: Stream, { width, yOf }: Plan): string[] {
  const middle = yOf(stream) + BAR / 2;
  const lines = wrap(eventsOf(stream).join(', '), width - 2 * LEFT - EVENTS - 10, 11);
  return [
    words(LEFT + 14, middle + 5, stream, 'title start'),
    ...lines.map((line, at) => {
      const y = middle + 4 + (at - (lines.length - 1) / 2) * 13;
      return words(LEFT + EVENTS, y, line, 'small start on-stream');
    }),
  ];
}

function legendLines(y: number): string[] {
  const publishes = 'publishes: a row of the outbox, in the transaction of the change';
  const consumes = 'consumes from the Redis Stream: a row of the inbox, in the transaction of the effect';
  return [
    path(`M${LEFT} ${y - 4} L${LEFT + 34} ${y - 4}`, { role: 'service', arrow: true }),
    words(LEFT + 44, y, publishes, 'start'),
    path(`M${LEFT + 450} ${y - 4} L${LEFT + 484} ${y - 4}`, { role: 'stream', arrow: true }),
    words(LEFT + 494, y, consumes, 'start'),
  ];
}

const titled = ({ x, y, width, height }: Box, title: string, below: string): string[] => [
  words(x + width / 2, y + height / 2 - 4, title, 'title'),
  words(x + width / 2, y + height / 2 + 14, below, 'small soft'),
];

const gatewayWords = ({ stores }: ServiceFacts): string =>
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
