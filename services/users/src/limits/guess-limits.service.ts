import { AppError } from '@bramble/service-kit/base/errors';
import type { GuessLimitsRepository, RateLimitHit } from './guess-limits.repository';

export type GuessLimits = ReturnType<typeof createGuessLimits>;

/**
 * Limits password guesses before they reach the hasher. Guesses from unknown addresses cannot lock an account's owner
 * out at a known address.
 */
export function createGuessLimits({
  limits,
  onLimited,
}: {
  limits: GuessLimitsRepository;
  onLimited: () => void;
}) {
  const throwIfRefused = (hit: RateLimitHit | undefined) => {
    if (!hit) return;
    onLimited();
    throw new AppError('rate_limited', hit);
  };

  /** Throws `rate_limited` when this guess may not be checked. */
  async function beforeGuess(email: string, address: string): Promise<void> {
    throwIfRefused(await limits.countGuess(email, address));
  }

  /**
   * Counts a mail that `address` asks for; throws `rate_limited` when it asks too often. False when the mailbox has got
   * enough of them: then nothing is sent. The caller gets the usual answer, since others may have asked.
   */
  async function mayMail(email: string, address: string): Promise<boolean> {
    throwIfRefused(await limits.countMail(email, address));
    const isFull = await limits.countMailToMailbox(email);
    if (isFull) onLimited();
    return !isFull;
  }

  return {
    beforeGuess,
    afterCorrectGuess: limits.confirmGuess,
    remember: limits.remember,
    reset: limits.reset,
    keyOf: limits.keyOf,
    forget: limits.forget,
    mayMail,
  };
}
