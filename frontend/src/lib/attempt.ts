/**
 * The Idempotency-Key of an attempt: the same body keeps its key, also after a reload, so that a repetition after a
 * lost answer cannot buy twice. Another body is another attempt.
 */
export const attemptKey = (purpose: string, body: unknown): string => {
  const text = JSON.stringify(body);
  const slot = `bramble.attempt.${purpose}`;
  try {
    const kept = JSON.parse(sessionStorage.getItem(slot) ?? 'null') as { text: string; key: string } | null;
    if (kept?.text === text) return kept.key;
    const key = crypto.randomUUID();
    sessionStorage.setItem(slot, JSON.stringify({ text, key }));
    return key;
  } catch {
    return crypto.randomUUID();
  }
};

/** The answer arrived: the next attempt gets a new key, even with the same body. */
export const endAttempt = (purpose: string): void => {
  try {
    sessionStorage.removeItem(`bramble.attempt.${purpose}`);
  } catch {
    // Without storage there is nothing to remove.
  }
};
