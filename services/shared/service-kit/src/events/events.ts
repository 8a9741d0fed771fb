import {
  events,
  keyOf,
  type EventDraft,
  type EventName,
  type EventOf,
  type Stream,
} from '@bramble/contracts/events';
import { causeOf } from './consumer/batch-context';
import { createConsumer, type ConsumeOptions } from './consumer/consumer';
import type { Service } from '../runtime/service';
import { newId } from '../base/ids';
import { currentContext, type RequestContext } from '../base/request-context';

/** The stream of a type of event. */
export const streamOf = (type: EventName): Stream => events[type].stream;

/** What an event came from: another event, a request, or a row that kept their correlation id and trace. */
export type Cause = Pick<RequestContext, 'correlationId' | 'traceparent'>;

/**
 * Makes an event of a draft, or of a union of drafts. Its correlation id and trace are those of `cause`; without one, of
 * the event of the batch at hand that has the same key; else of the request at hand.
 */
export function newEvent<N extends EventName>(
  draft: EventDraft<N>,
  cause: Cause = causeOf(keyOf(draft)) ?? currentContext(),
): EventOf<N> {
  return {
    ...draft,
    id: newId(),
    version: 1,
    occurredAt: new Date().toISOString(),
    key: keyOf(draft),
    correlationId: cause.correlationId,
    traceparent: cause.traceparent,
  };
}

/**
 * Reads `streams` as `group` and has `handle` apply what it reads, in batches. Starts and stops with the service.
 * `types` are the events that matter to it; others are acknowledged unread. See the README for what `handle` owes.
 */
export function consume(service: Service, options: ConsumeOptions): void {
  createConsumer(service, options);
}
