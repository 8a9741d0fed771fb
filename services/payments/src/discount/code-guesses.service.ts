import { AppError } from '@bramble/service-kit/base/errors';
import type { CodeGuessesRepository } from './code-guesses.repository';

/** Limits the tries of discount codes that fail. */
export function createCodeGuesses(guesses: CodeGuessesRepository) {
  /** Runs a try. Only a refusal of the code counts as failed; without a code nothing is counted. */
  async function guarded<T>(
    guess: { guesser: string | undefined; code: string | undefined },
    run: () => Promise<T>,
  ) {
    const { guesser, code } = guess;
    if (guesser === undefined || code === undefined) return run();
    await guesses.count(guesser);
    try {
      const result = await run();
      await guesses.takeBack(guesser);
      return result;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'discount_invalid')) await guesses.takeBack(guesser);
      throw error;
    }
  }

  return { guarded };
}
export type CodeGuesses = ReturnType<typeof createCodeGuesses>;
