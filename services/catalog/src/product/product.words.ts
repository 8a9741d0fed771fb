const MAX_WORDS = 8;
const MAX_WORD_LENGTH = 40;

/** The words of a text as search compares them: lower case, without accents or punctuation, each once. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? [])];
}

/** What somebody typed, cut to what a search can use. */
export const searchWords = (typed: string): string[] =>
  wordsOf(typed)
    .slice(0, MAX_WORDS)
    .map((word) => word.slice(0, MAX_WORD_LENGTH));
