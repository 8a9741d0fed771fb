const MAX_WORDS = 8;
const MAX_WORD_LENGTH = 40;

/** The distinct words of a text in the form that search compares: lower case, without accents or punctuation. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? [])];
}

/** The words of a search text, limited in number and length. */
export const searchWords = (typed: string): string[] =>
  wordsOf(typed)
    .slice(0, MAX_WORDS)
    .map((word) => word.slice(0, MAX_WORD_LENGTH));
