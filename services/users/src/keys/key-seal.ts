import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { derivedKey } from '@bramble/service-kit/base/derived-key';

/** A shorter tag would be easier to forge, and Node accepts it unless the length is given. */
const TAG_BYTES = 16;
const sealKey = (secret: string) => derivedKey(secret, 'bramble signing keys at rest');

/**
 * Seals bytes with AES-256-GCM under a key derived from `secret`, so that nobody can sign tokens with a stolen database
 * backup.
 */
export function seal(secret: string, plain: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealKey(secret), nonce);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Opens sealed bytes; undefined when `secret` differs or the bytes were changed. */
export function unseal(secret: string, sealed: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(sealed);
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealKey(secret), bytes.subarray(0, 12), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  } catch {
    return undefined;
  }
}
