import { AppError } from '../base/errors';

export interface BodyBudgetLimits {
  /** The most bytes that a process holds of bodies that have not arrived whole. */
  total: number;
  /** The part of it that one sender may take. */
  ofSender: number;
}

/** A gateway with the memory of the smallest profile (160 MiB) stays within it while all of this is held. */
const LIMITS: BodyBudgetLimits = { total: 16_000_000, ofSender: 2_000_000 };
const RETRY_AFTER_SECONDS = 5;

/** The bytes of one body that is arriving. */
export interface ArrivingBody {
  /** Throws `rate_limited` when its sender holds too much, and `unavailable` when all senders together do. */
  add(bytes: number): void;
  /** Call when the body was read or its connection ended. */
  end(): void;
}

/** Counts what is held of bodies that are arriving, for all senders and for each. A sender without a body takes no memory. */
export function createBodyBudget({ total, ofSender }: BodyBudgetLimits = LIMITS) {
  const held = new Map<string, number>();
  let all = 0;

  const refuse = (code: 'rate_limited' | 'unavailable', detail: string) =>
    new AppError(code, {
      detail,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      headers: { connection: 'close' },
    });

  /** `sender` is an address; undefined for callers within Bramble, which share the total alone. */
  return function begin(sender: string | undefined): ArrivingBody {
    let own = 0;

    function add(bytes: number): void {
      own += bytes;
      all += bytes;
      if (sender !== undefined) {
        const of = (held.get(sender) ?? 0) + bytes;
        held.set(sender, of);
        if (of > ofSender) throw refuse('rate_limited', 'too much of other requests is still arriving');
      }
      if (all > total) throw refuse('unavailable', 'too many requests are still arriving');
    }

    function end(): void {
      all -= own;
      if (sender !== undefined) {
        const left = (held.get(sender) ?? 0) - own;
        if (left > 0) held.set(sender, left);
        else held.delete(sender);
      }
      own = 0;
    }

    return { add, end };
  };
}
