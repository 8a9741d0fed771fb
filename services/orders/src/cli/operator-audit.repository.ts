import { operatorName } from '@bramble/service-kit/base/config';
import { newEvent } from '@bramble/service-kit/events/events';
import { OUTBOX_INSERT, outboxColumns } from '@bramble/service-kit/events/postgres-outbox';
import type { Sql } from '@bramble/service-kit/stores/sql';

/** Commits what the operator is about to do to the outbox of orders; the running service publishes it to the audit log. */
export const createOperatorAudit = (sql: Sql) => ({
  record: async (act: { action: string; target: string; after?: Record<string, string> }): Promise<void> => {
    const event = newEvent({ type: 'order.operator_acted', payload: { ...act, operator: operatorName() } });
    await sql.query({ text: OUTBOX_INSERT, values: outboxColumns([event]) });
  },
});
