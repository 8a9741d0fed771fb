/** A capture as the provider is told of it. `key` stays the same however often the call is repeated. */
export interface ChargeRequest {
  key: string;
  orderId: string;
  attemptId: string;
  amount: number;
  currency: string;
  token: string;
  createdAt: Date;
  /** The provider's own name of the charge, once known. */
  reference: string | null;
}
export type ChargeOutcome =
  { captured: true; reference: string } | { captured: false; reason: string; reference: string | null };

/** What the provider said of an attempt, in its reply or by a webhook. */
export interface Verdict {
  /** The attempt's. */
  id: string;
  captured: boolean;
  reason: string | null;
  reference: string | null;
}

export interface RefundRequest {
  key: string;
  orderId: string;
  amount: number;
  currency: string;
  capture: { key: string; reference: string | null };
}

/**
 * Who moves the money. Every call may be repeated with the same key and moves money once. A definite answer is an
 * outcome; anything else (no answer, a broken connection, a fault of theirs) is thrown and settles nothing.
 */
export interface Provider {
  readonly name: 'sandbox' | 'stripe';
  /** How many calls it is given at once. */
  readonly concurrency: number;
  capture(request: ChargeRequest, signal: AbortSignal): Promise<ChargeOutcome>;
  /** The outcome of a capture that may have reached the provider; undefined when it has none. */
  lookup(request: ChargeRequest, signal: AbortSignal): Promise<ChargeOutcome | undefined>;
  refund(request: RefundRequest, signal: AbortSignal): Promise<{ reference: string }>;
}
