import { outboxOf } from '@bramble/service-kit/events/outbox/mongo-outbox-store';
import type { Mongo } from '@bramble/service-kit/stores/mongo';
import type { OutboxChange } from './freshness';

const MAX_ROWS = 2_000;

/** The newest changes in the outbox that have not been published. */
export const readUnsentChanges = (mongo: Mongo) => (): Promise<OutboxChange[]> =>
  outboxOf(mongo)
    .find({ unsent: true })
    .sort({ _id: -1 })
    .limit(MAX_ROWS)
    .project<{ _id: string; type: string; key: string }>({ type: 1, key: 1 })
    .map(({ _id, type, key }) => ({ id: _id, type, key }))
    .toArray();
