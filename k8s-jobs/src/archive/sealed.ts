import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';

/*
 * A sealed file: magic, salt, then frames of (length, ciphertext, tag). Each frame of at most 64 KiB is AES-256-GCM under a
 * nonce of its number and whether it is the last, so that a frame that was changed, moved or cut off is noticed.
 */
const MAGIC = Buffer.from('BRAMBLE1');
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const FRAME_BYTES = 65_536;
/** 32 MiB and a tenth of a second: for passphrases that a person chose. */
const SCRYPT = { N: 32_768, r: 8, p: 1, maxmem: 64 << 20 };

const derive = promisify<string, Buffer, number, typeof SCRYPT, Buffer>(scrypt);

function nonceOf(frame: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(frame));
  nonce.writeUInt8(last ? 1 : 0, 11);
  return nonce;
}

function sealFrame(key: Buffer, frame: number, last: boolean, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(frame, last));
  const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const length = Buffer.alloc(4);
  // The top bit tells the reader which nonce to use; a lie about it fails the tag.
  length.writeUInt32BE(last ? (body.length | 0x80000000) >>> 0 : body.length);
  return Buffer.concat([length, body]);
}

/** Seals a stream of bytes under a passphrase. */
export async function* seal(passphrase: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(passphrase, salt, 32, SCRYPT);
  yield Buffer.concat([MAGIC, salt]);
  let frame = 0;
  let waiting = Buffer.alloc(0);
  for await (const chunk of source) {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length > FRAME_BYTES) {
      yield sealFrame(key, frame++, false, waiting.subarray(0, FRAME_BYTES));
      waiting = waiting.subarray(FRAME_BYTES);
    }
  }
  yield sealFrame(key, frame, true, waiting);
}

/** Opens what `seal` made. Throws on a wrong passphrase and on any byte that is not as it was written. */
export async function* unseal(passphrase: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = byteReader(source);
  const magic = await reader.take(MAGIC.length);
  if (!magic.equals(MAGIC)) throw new Error('this is no archive of Bramble');
  const key = await derive(passphrase, await reader.take(SALT_BYTES), 32, SCRYPT);
  for (let frame = 0; ; frame += 1) {
    const header = (await reader.take(4)).readUInt32BE();
    const last = header >= 0x80000000;
    const body = await reader.take(header & 0x7fffffff);
    yield openFrame(key, frame, last, body);
    if (last) break;
  }
  if (!(await reader.atEnd())) throw new Error('the archive goes on after its end');
}

function openFrame(key: Buffer, frame: number, last: boolean, body: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(frame, last));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new Error(
      frame === 0 ? 'the passphrase is wrong, or the archive is damaged' : 'the archive is damaged',
      {
        cause: error,
      },
    );
  }
}

function byteReader(source: AsyncIterable<Buffer>) {
  const chunks = source[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  async function more(): Promise<boolean> {
    const { done, value } = await chunks.next();
    if (done === true) return false;
    held = Buffer.concat([held, value]);
    return true;
  }
  return {
    async take(count: number): Promise<Buffer> {
      if (count > FRAME_BYTES + TAG_BYTES) throw new Error('the archive is damaged');
      while (held.length < count) if (!(await more())) throw new Error('the archive ends too early');
      const taken = held.subarray(0, count);
      held = held.subarray(count);
      return taken;
    },
    async atEnd(): Promise<boolean> {
      return held.length === 0 && !(await more());
    },
  };
}
