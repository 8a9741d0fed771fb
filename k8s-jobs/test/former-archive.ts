import { createCipheriv, randomBytes, scryptSync } from 'node:crypto';

const FRAME_BYTES = 65_536;

/** Seals bytes as the releases before age did, whose archives must still open. */
export function sealFormerly(passphrase: string, plain: Buffer): Buffer {
  const salt = randomBytes(16);
  const key = scryptSync(passphrase, salt, 32, { N: 32_768, r: 8, p: 1, maxmem: 64 << 20 });
  const count = Math.max(1, Math.ceil(plain.length / FRAME_BYTES));
  const frames = Array.from({ length: count }, (_, frame) => {
    const last = frame === count - 1;
    const nonce = Buffer.alloc(12);
    nonce.writeBigUInt64BE(BigInt(frame));
    nonce.writeUInt8(last ? 1 : 0, 11);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const part = plain.subarray(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES);
    const body = Buffer.concat([cipher.update(part), cipher.final(), cipher.getAuthTag()]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(last ? (body.length | 0x80000000) >>> 0 : body.length);
    return Buffer.concat([length, body]);
  });
  return Buffer.concat([Buffer.from('BRAMBLE1'), salt, ...frames]);
}
