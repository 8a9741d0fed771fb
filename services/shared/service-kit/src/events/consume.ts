import type { Redis } from 'ioredis';
import type { AnyEvent, EventName, Stream } from '@bramble/contracts/events';
import type { Service } from '../runtime/service';
import { createConsumer } from './consumer/consumer';
import { streamOf } from './events';
import type { EventUnit, UnitStore } from './unit';

/** `EventOf<N>` in a form that TypeScript knows to be an event although `N` is open. */
type EventOfTypes<N extends EventName> = Extract<AnyEvent, { type: N }>;

interface CommonOptions<Tx, N extends EventName, Loaded> {
  redis: Redis;
  /** The service's name. */
  group: string;
  /** Where the inbox is: `postgresStore(sql, outbox)` or `mongoStore(mongo, outbox)`. */
  store: UnitStore<Tx, Loaded>;
  /**
   * Applies the fresh events of a unit, all or none; at most 128, each stream's in its order. Another process of the group may
   * have handled later events of the same key: the handler decides by the state of the entity.
   */
  handle: (unit: EventUnit<Tx, EventOfTypes<N>, Loaded>) => Promise<void>;
}

/** A consumer lists the types that it handles, or it handles all types of some streams. */
type Selection<N extends EventName> =
  { types: readonly N[]; streams?: never } | { streams: readonly Stream[]; types?: never };

export type ConsumeOptions<Tx, N extends EventName, Loaded> = CommonOptions<Tx, N, Loaded> & Selection<N>;

/**
 * Reads events as `group`, in batches, and runs `handle` in one transaction with their claim in the inbox and the events
 * that it publishes. Starts and stops with the service. Types that `types` does not list are acknowledged unread, also
 * those that this version does not know; without `types` an unknown type is held back until a version that knows it runs.
 */
export function consume<Tx, N extends EventName, Loaded>(
  service: Service,
  options: ConsumeOptions<Tx, N, Loaded>,
): void {
  const { redis, group, store, types, handle } = options;
  const streams = types ? [...new Set(types.map(streamOf))] : options.streams;
  const listed = types && new Set<EventName>(types);
  const isHandled = (event: AnyEvent): event is EventOfTypes<N> => listed?.has(event.type) ?? true;
  createConsumer(service, {
    redis,
    letters: store.deadLetters(group),
    streams,
    types: listed,
    handle: (events) => store.handle(group, events.filter(isHandled), handle),
  });
}
