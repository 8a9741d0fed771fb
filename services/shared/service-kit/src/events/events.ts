import {
  events,
  type EventName,
  type EventOf,
  type EventPayload,
  type AnyEvent,
  type Stream,
} from '@bramble/contracts/events';
import { createConsumer, type ConsumeOptions } from './consumer/consumer';
import { causeOf } from './consumer/batch-context';
import type { Service } from '../runtime/service';
import { newId } from '../base/ids';
import { currentContext } from '../base/request-context';

/** The stream of a type of event. */
export const streamOf = (type: EventName): Stream => events[type].stream;

/**
 * Makes an event. Its correlation id and trace are those of `cause`; without one, of the event of the batch at hand that
 * has the same key; else of the request at hand.
 */
export function newEvent<N extends EventName>(
  type: N,
  key: string,
  payload: EventPayload<N>,
  { cause = causeOf(key) }: { cause?: AnyEvent | undefined } = {},
): EventOf<N> {
  const { correlationId, traceparent } = cause ?? currentContext();
  return {
    id: newId(),
    type,
    version: 1,
    occurredAt: new Date().toISOString(),
    key,
    correlationId,
    traceparent,
    payload,
  };
}

/**
 * Reads `streams` as `group` and has `handle` apply what it reads, in batches. Starts and stops with the service.
 * `types` are the events that matter to it; others are acknowledged unread. See the README for what `handle` owes.
 */
export function consume(service: Service, options: ConsumeOptions): void {
  createConsumer(service, options);
}
