import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type EventDraft, type EventName, events, streams } from '@bramble/contracts/events';
import type { OrderStatus } from '@bramble/contracts/orders';
import { placedEvent } from '../../../services/orders/src/life/order.events';
import { apply } from '../../../services/orders/src/life/order.machine';
import type { SagaEventName } from '../../../services/orders/src/life/order.states';
import { aNewOrder, inputOf } from '../../../services/orders/test/builders';
import { root, serviceNames } from '../../workspace';

/** What an order publishes, and how the event that answers it moves the order. */
export interface SagaStep {
  /** The answer of another service that orders takes; undefined for the placing itself. */
  input: { name: SagaEventName; from: string } | undefined;
  status: OrderStatus;
  moved: boolean;
  published: readonly { name: EventName; consumers: readonly string[] }[];
}

/** The answers of an order that meets no trouble. */
const ANSWERS: readonly SagaEventName[] = [
  'stock.reserved',
  'payment.captured',
  'stock.committed',
  'delivery.started',
  'delivery.shipped',
  'delivery.delivered',
];

/** The steps of an order that ends as COMPLETED, taken by the order's own machine. */
export function orderSteps(): SagaStep[] {
  const consumers = consumersOf();
  let order = aNewOrder();
  const published = (drafts: readonly EventDraft[]) =>
    drafts.map(({ type }) => ({ name: type, consumers: consumers(type) }));
  const steps: SagaStep[] = [
    { input: undefined, status: order.status, moved: true, published: published([placedEvent(order)]) },
  ];
  for (const name of ANSWERS) {
    const outcome = apply(order, inputOf(name, order, 100), { now: order.createdAt, newId: () => order.id });
    if (outcome.kind !== 'applied') throw new Error(`${order.status} does not take ${name}`);
    const moved = outcome.step.order.status !== order.status;
    order = outcome.step.order;
    const from = streams[events[name].stream];
    steps.push({
      input: { name, from },
      status: order.status,
      moved,
      published: published(outcome.step.events),
    });
  }
  return steps;
}

/** A service consumes an event that its code names, unless it owns the event's stream. */
function consumersOf(): (event: EventName) => string[] {
  const code = new Map(
    serviceNames().map((name) => {
      const folder = path.join(root, 'services', name, 'src');
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
        (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('generated'),
      );
      return [name, files.map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n')];
    }),
  );
  return (event) =>
    [...code]
      .filter(([name, text]) => name !== streams[events[event].stream] && text.includes(`'${event}'`))
      .map(([name]) => name);
}
