import type {
  Address,
  FailureReason,
  OrderLine,
  OrderStatus,
  OrderTotals,
  TimelineEntry,
} from '@bramble/contracts/orders';

/**
 * A step that is sent again until another service confirms it. `void`: an order ended before the outcome of its capture
 * was known.
 */
export type ObligationKind =
  'reserve' | 'pay' | 'commit' | 'deliver' | 'release' | 'stop' | 'void' | 'discount' | 'refund';
export interface Obligation {
  kind: ObligationKind;
  /** The refund's id when `kind` is refund. */
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

type CaptureStatus = 'none' | 'pending' | 'declined' | 'captured';

/**
 * An order as its rules see it. Amounts are minor units of `currency`; times are milliseconds of the database's clock.
 */
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
  /** The token of the card to charge; deleted after the capture or when the order ends. */
  card?: string;
  attempt: number;
  capture: CaptureStatus;
  captured: number;
  paymentId?: string;
  refunds: Refund[];
  /** The `restock` flag of `order.released`. */
  restock: boolean;
  expiresAt: number;
  obligations: Obligation[];
  correlationId: string;
  createdAt: number;
  paidAt?: number;
  /** A keyed hash of the address that placed the order, for the limit of unpaid orders. */
  placedFrom?: string;
}

/** An order with its timeline, as the contract shows it. */
export interface OrderView extends OrderState {
  timeline: TimelineEntry[];
}

/**
 * One row of an order's append-only history. `label` is the timeline's text; rows without a label are not in the
 * timeline.
 */
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
