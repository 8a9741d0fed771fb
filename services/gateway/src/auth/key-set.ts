import { createPublicKey } from 'node:crypto';

export type KeySet = ReturnType<typeof createKeySet>;

/** A client may send any `kid`, so an unknown `kid` must not cause a request to users each time. */
const THROTTLE_MS = 2_000;

/**
 * The public keys of users, by `kid`: fetched on demand, for an unknown `kid`, and by `refresh`. A key that users no longer
 * publishes was revoked. While users cannot be reached, the keys that were fetched last stay.
 */
export function createKeySet(fetchKeys: () => Promise<{ keys: Record<string, unknown>[] }>) {
  let keys = new Map<string, string>();
  let triedAt = -Infinity;
  let fetching: Promise<void> | undefined;

  const refresh = async () => {
    triedAt = Date.now();
    const answer = await fetchKeys();
    keys = new Map(
      answer.keys
        .filter((jwk) => jwk['kty'] === 'EC' && jwk['crv'] === 'P-256' && typeof jwk['kid'] === 'string')
        .map((jwk) => [
          String(jwk['kid']),
          createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' }).toString(),
        ]),
    );
  };
  const refreshOnce = () =>
    (fetching ??= refresh().finally(() => {
      fetching = undefined;
    }));

  /** The key in PEM, or undefined when users does not publish it. Throws only when no key was ever fetched. */
  async function find(kid: string): Promise<string | undefined> {
    const known = keys.get(kid);
    if (known) return known;
    if (fetching || Date.now() - triedAt > THROTTLE_MS || keys.size === 0)
      await refreshOnce().catch((error: unknown) => {
        if (keys.size === 0) throw error;
      });
    return keys.get(kid);
  }

  return {
    find,
    /** True when users published the key at the last fetch. */
    holds: (kid: string): boolean => keys.has(kid),
    refresh: refreshOnce,
  };
}
