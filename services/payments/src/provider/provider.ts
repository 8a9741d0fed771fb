/** A capture request to the provider. `key` is the same for every repetition of the call. */
export interface ChargeRequest {
  key: string;
  orderId: string;
  attemptId: string;
  amount: number;
  currency: string;
  token: string;
  createdAt: Date;
  /** The provider's id of the charge, once known. */
  reference: string | null;
}
/** `waived`: the amount is below the provider's minimum, so nothing was charged and nothing is due. */
export type ChargeOutcome =
  | { captured: true; reference: string; waived?: false }
  | { captured: true; reference: null; waived: true }
  | { captured: false; reason: string; reference: string | null };

/**
 * What a provider has of a charge: its outcome; `absent` when the charge never reached the provider; `unknown` when the
 * provider has no outcome yet or gave no answer.
 */
export type FoundCharge = ChargeOutcome | 'absent' | 'unknown';

/** The outcome of an attempt, from the provider's reply or a webhook. */
export interface AttemptOutcome {
  /** The attempt's id. */
  id: string;
  captured: boolean;
  /** The attempt counts as captured with an amount of zero. */
  waived?: boolean;
  reason: string | null;
  reference: string | null;
}

/** A capture as the provider lists it. */
export interface CapturedCharge {
  /** The key of the request. */
  key: string;
  /** The attempt's id, when the provider knows it. */
  attemptId: string | undefined;
  amount: number;
  /** How much of the amount was refunded. */
  refunded: number;
  currency: string;
  reference: string;
  createdAt: Date;
}

export interface RefundRequest {
  key: string;
  orderId: string;
  amount: number;
  currency: string;
  capture: { key: string; reference: string | null };
}

/** `pending`: the provider accepted the refund, and its success or failure follows. */
export type RefundOutcome =
  | { status: 'succeeded' | 'pending'; reference: string }
  | { status: 'failed'; reference: string; reason: string };
/** A refund's outcome with the references of its earlier refunds at the provider, which failed. */
export type RefundReply = RefundOutcome & {
  /** What the refund gives back: less than was asked when the provider had refunded a part of the charge before. */
  amount: number;
  failedBefore?: readonly string[];
};

/**
 * A payment provider. Calls with the same key move money once, however often they are repeated. A definite answer is an
 * outcome; anything else (no answer, a broken connection, a server error) is thrown and settles nothing.
 */
export interface Provider {
  readonly name: 'sandbox' | 'stripe';
  /** The most concurrent calls. */
  readonly concurrency: number;
  capture(request: ChargeRequest, signal: AbortSignal): Promise<ChargeOutcome>;
  /** Looks up a capture that may have reached the provider, and completes one that was only authorised. */
  lookup(request: ChargeRequest, signal: AbortSignal): Promise<FoundCharge>;
  /** Looks up a capture that may have reached the provider, and cancels one that was only authorised. */
  cancel(request: ChargeRequest, signal: AbortSignal): Promise<FoundCharge>;
  /**
   * Refunds the amount, or what is left of the charge when that is less: after a restore the shop may not know of a refund.
   * Throws when the amount is more than was captured.
   */
  refund(request: RefundRequest, signal: AbortSignal): Promise<RefundReply>;
  /** Every capture of this shop whose charge was created at `since` or later. */
  captures(since: Date): AsyncIterable<CapturedCharge>;
}
