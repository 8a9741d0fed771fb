import type { EventOf } from '@bramble/contracts/events';
import type { EventUnit } from '@bramble/service-kit/events/unit';
import type { SqlTransaction } from '@bramble/service-kit/stores/sql';
import { createAuditRepository, type NewAuditEntry } from './audit.repository';

const types = [
  'product.staff_acted',
  'order.staff_acted',
  'payment.staff_acted',
  'delivery.staff_acted',
  'product.operator_acted',
  'order.operator_acted',
  'payment.operator_acted',
  'delivery.operator_acted',
] as const;
type Acted = EventOf<(typeof types)[number]>;

function toEntry({ id, occurredAt: at, payload }: Acted): NewAuditEntry {
  if (!('operator' in payload)) return { id, at, ...payload };
  const { operator, ...act } = payload;
  return { id, at, actorId: null, address: null, detail: { operator }, ...act };
}

/** The consumer that writes what staff and operators did in other services into the audit log. An entry has the id of its event. */
export const auditConsumer = {
  group: 'users',
  types,
  handle: ({ tx, fresh }: EventUnit<SqlTransaction, Acted>): Promise<void> =>
    createAuditRepository(tx).add(fresh.map(toEntry)),
};
