import { AppError } from '@bramble/service-kit/base/errors';
import type { GuessLimitsRepository, Refusal } from './guess-limits.repository';

export type GuessLimits = ReturnType<typeof createGuessLimits>;

/** Keeps guesses at passwords from reaching the hasher, without letting strangers lock anybody out of a known place. */
export function createGuessLimits({
  limits,
  onLimited,
}: {
  limits: GuessLimitsRepository;
  onLimited: () => void;
}) {
  const pass = (refusal: Refusal | undefined) => {
    if (!refusal) return;
    onLimited();
    throw new AppError('rate_limited', refusal);
  };
  return {
    /** Throws `rate_limited` when this guess may not be checked. */
    beforeGuess: async (email: string, address: string): Promise<void> =>
      pass(await limits.guess(email, address)),
    afterRight: limits.right,
    remember: limits.remember,
    forgive: limits.forgive,
    beforeMail: async (email: string, address: string): Promise<void> =>
      pass(await limits.askMail(email, address)),
  };
}
