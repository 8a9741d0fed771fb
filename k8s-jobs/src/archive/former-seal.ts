import { createDecipheriv, scrypt } from 'node:crypto';
import { promisify } from 'node:util';

/*
 * Reads archives that releases before age sealed: magic, salt, then frames of (length, ciphertext, tag). Each frame of
 * at most 64 KiB is AES-256-GCM; its nonce contains the frame's number and whether it is the last.
 */
const MAGIC = Buffer.from('BRAMBLE1');
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const FRAME_BYTES = 65_536;
const SCRYPT = { N: 32_768, r: 8, p: 1, maxmem: 64 << 20 };

const derive = promisify<string, Buffer, number, typeof SCRYPT, Buffer>(scrypt);

/** True for the first bytes of a file that an earlier release sealed. */
export const isFormer = (head: Uint8Array): boolean => MAGIC.equals(head.subarray(0, MAGIC.length));

/** Opens such a file. Throws on a wrong passphrase and on any changed byte. */
export async function* unsealFormer(
  passphrase: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const reader = byteReader(source);
  await reader.read(MAGIC.length);
  const key = await derive(passphrase, await reader.read(SALT_BYTES), 32, SCRYPT);
  for (let frame = 0; ; frame += 1) {
    const header = (await reader.read(4)).readUInt32BE();
    // The top bit marks the last frame. It selects the nonce, so a changed bit fails the authentication.
    const last = header >= 0x80000000;
    const body = await reader.read(header & 0x7fffffff);
    yield openFrame(key, frame, last, body);
    if (last) break;
  }
  if (!(await reader.atEnd())) throw new Error('the archive goes on after its end');
}

function nonceOf(frame: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(frame));
  nonce.writeUInt8(last ? 1 : 0, 11);
  return nonce;
}

function openFrame(key: Buffer, frame: number, last: boolean, body: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(frame, last), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch (error) {
    const sentence =
      frame === 0 ? 'the passphrase is wrong, or the archive is damaged' : 'the archive is damaged';
    throw new Error(sentence, { cause: error });
  }
}

function byteReader(source: AsyncIterable<Uint8Array>) {
  const chunks = source[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  async function more(): Promise<boolean> {
    const { done, value } = await chunks.next();
    if (done === true) return false;
    held = Buffer.concat([held, value]);
    return true;
  }
  async function read(count: number): Promise<Buffer> {
    if (count > FRAME_BYTES + TAG_BYTES) throw new Error('the archive is damaged');
    while (held.length < count) if (!(await more())) throw new Error('the archive ends too early');
    const bytes = held.subarray(0, count);
    held = held.subarray(count);
    return bytes;
  }
  async function atEnd(): Promise<boolean> {
    return held.length === 0 && !(await more());
  }
  return { read, atEnd };
}
