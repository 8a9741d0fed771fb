import type { OrderStatus } from '@bramble/contracts/orders';

export const statuses = [
  'PENDING',
  'RESERVED',
  'PAID',
  'SHIPPED',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'REFUNDED',
] as const satisfies readonly OrderStatus[];

export interface AdminSearch {
  status?: OrderStatus;
  q?: string;
}

export const readAdminSearch = (raw: Record<string, unknown>): AdminSearch => {
  const status = statuses.find((candidate) => candidate === raw['status']);
  const q = typeof raw['q'] === 'string' ? raw['q'].trim().slice(0, 64) : '';
  return { ...(status && { status }), ...(q && { q }) };
};
