import type { OrderStatus } from '@bramble/contracts/orders';

/** The states that an order never leaves. */
export const finalStatuses: readonly OrderStatus[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'REFUNDED'];
