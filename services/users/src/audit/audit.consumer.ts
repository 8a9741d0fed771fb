import type { EventOf, StaffActed } from '@bramble/contracts/events';
import type { EventUnit } from '@bramble/service-kit/events/unit';
import type { SqlTransaction } from '@bramble/service-kit/stores/postgres';
import { createAuditRepository } from './audit.repository';

const types = [
  'product.staff_acted',
  'order.staff_acted',
  'payment.staff_acted',
  'delivery.staff_acted',
] as const satisfies readonly StaffActed[];

/** The consumer that writes what staff did in other services into the audit log. An entry has the id of its event. */
export const auditConsumer = {
  group: 'users',
  types,
  handle: ({ tx, fresh }: EventUnit<SqlTransaction, EventOf<StaffActed>>): Promise<void> =>
    createAuditRepository(tx).add(fresh.map(({ id, occurredAt: at, payload }) => ({ id, at, ...payload }))),
};
