import type {
  Address,
  FailureReason,
  OrderLine,
  OrderStatus,
  OrderTotals,
  TimelineEntry,
} from '@bramble/contracts/orders';

/** What is owed to an order and sent again until its confirmation arrives. */
export type ObligationKind = 'reserve' | 'pay' | 'commit' | 'deliver' | 'release' | 'stop' | 'refund';
export interface Obligation {
  kind: ObligationKind;
  /** The refund's id, where `kind` is refund. */
  ref?: string;
  /** Milliseconds of the database's clock. */
  since: number;
  dueAt: number;
  resent: number;
}

export interface Refund {
  id: string;
  amount: number;
  reason?: string;
  requestedAt: number;
  confirmedAt?: number;
}

export type CaptureStatus = 'none' | 'pending' | 'declined' | 'captured';

/** An order as its rules see it. Amounts are minor units of `currency`, times milliseconds of the database's clock. */
export interface OrderState {
  id: string;
  number: string;
  userId: string;
  status: OrderStatus;
  failureReason?: FailureReason;
  version: number;
  currency: string;
  lines: OrderLine[];
  totals: OrderTotals;
  shippingAddress: Address;
  /** The token of the card to charge. Forgotten once it was charged or the order ended. */
  card?: string;
  attempt: number;
  capture: CaptureStatus;
  captured: number;
  paymentId?: string;
  refunds: Refund[];
  /** What `order.released` said about committed stock. */
  restock: boolean;
  expiresAt: number;
  obligations: Obligation[];
  correlationId: string;
  createdAt: number;
  paidAt?: number;
}

/** An order with its story, as the contract shows it. */
export interface OrderView extends OrderState {
  timeline: TimelineEntry[];
}

/** One line of an order's append-only history. `label` is what its timeline shows; rows without are not shown. */
export interface HistoryEntry {
  orderId: string;
  version: number;
  type: string;
  status: OrderStatus;
  label?: string;
  detail?: string;
  data: Record<string, unknown>;
  at: number;
}
