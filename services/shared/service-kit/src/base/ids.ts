import { randomBytes, randomFillSync, randomInt } from 'node:crypto';

const pool = new Uint8Array(4096);
let taken = pool.length;
let lastMs = 0;
let sequence = 0;

function randomByte(): number {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  return pool[taken++] ?? 0;
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A new UUIDv7 (RFC 9562, method 1 of section 6.2: a 12-bit counter in `rand_a`), so ids of one process sort in the
 * order they were made, also within one millisecond and when the clock steps back.
 */
export function newId(): string {
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = ((randomByte() & 0x07) << 8) | randomByte();
  } else if (++sequence > 0xfff) {
    lastMs += 1;
    sequence = 0;
  }
  const time = lastMs.toString(16).padStart(12, '0');
  const counter = sequence.toString(16).padStart(3, '0');
  const variant = hex[(randomByte() & 0x3f) | 0x80] ?? '';
  let tail = '';
  for (let i = 0; i < 6; i++) tail += hex[randomByte()] ?? '';
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${hex[randomByte()] ?? ''}-${tail}`;
}

/** Letters and digits without look-alikes: no 0/O, 1/I/L, U/V. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTWXYZ';

/** An order number such as `BR-7K2M9Q4D`: 8 of 29 characters, so 5·10^11 numbers; the database ensures uniqueness. */
export function orderNumber(): string {
  let number = 'BR-';
  for (let i = 0; i < 8; i++) number += alphabet[randomInt(alphabet.length)] ?? '';
  return number;
}

/** A random opaque token: `bytes` random bytes in base64url. */
export const randomToken = (bytes = 32): string => randomBytes(bytes).toString('base64url');
