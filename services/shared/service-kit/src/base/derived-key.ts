import { createHmac, hkdfSync } from 'node:crypto';

const derived = new Map<string, Buffer>();
/** A process derives keys for a few purposes from one secret; tests use many secrets. */
const MAX_KEPT = 100;

/**
 * The 32-byte key for one purpose, derived from `secret` by HKDF-SHA256 (RFC 5869). The key reveals neither the secret
 * nor the key of another purpose.
 */
export function derivedKey(secret: string, purpose: string): Buffer {
  const name = `${purpose}\n${secret}`;
  const kept = derived.get(name);
  if (kept) return kept;
  const key = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  if (derived.size >= MAX_KEPT) derived.clear();
  derived.set(name, key);
  return key;
}

/** A keyed hash for one purpose: equal texts can be counted or recognised, and no text is stored. */
export function keyedHasher(secret: string, purpose: string): (text: string) => string {
  const key = derivedKey(secret, purpose);
  return (text) => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
}
