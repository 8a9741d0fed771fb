import {
  type EventDraft,
  type EventName,
  type EventOf,
  events,
  keyOf,
  type Stream,
  versionOf,
} from '@bramble/contracts/events';
import { newId } from '../base/ids';
import { currentContext, type RequestContext } from '../base/request-context';

/** The stream of a type of event. */
export const streamOf = (type: EventName): Stream => events[type].stream;

/** What an event came from: another event, a request, or a row that kept their correlation id and trace. */
export type Cause = Pick<RequestContext, 'correlationId' | 'traceparent'>;

/** Makes an event of a draft, or of a union of drafts, with the correlation id and trace of `cause`. */
export function newEvent<N extends EventName>(
  draft: EventDraft<N>,
  cause: Cause = currentContext(),
): EventOf<N> {
  return {
    ...draft,
    id: newId(),
    version: versionOf(draft.type),
    occurredAt: new Date().toISOString(),
    key: keyOf(draft),
    correlationId: cause.correlationId,
    traceparent: cause.traceparent,
  };
}
