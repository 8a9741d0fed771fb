import { ReadableStream } from 'node:stream/web';
import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import { isFormer, unsealFormer } from './former-seal';

/** scrypt needs 32 MiB at this work factor, within the Job's memory limit; age's default of 18 needs 256 MiB. */
const SCRYPT_LOG_N = 15;
const AGE = 'age-encryption.org/v1\n';
const IDENTITY = 'AGE-SECRET-KEY-';
const RECIPIENT = 'age1';

type Bytes = AsyncIterable<Uint8Array>;
/** age-encryption uses the browser's stream type; Node's stream has another type. */
type AgeStream = Parameters<Encrypter['encrypt']>[0] & { readonly locked: boolean };

/** Throws when a key could seal archives but not open them. */
export function assertOpens(key: string): void {
  if (key.startsWith(RECIPIENT))
    throw new Error(
      'the key of the backups is an age recipient, which opens nothing: give its identity, AGE-SECRET-KEY-…',
    );
}

/**
 * Seals bytes in the age format, which the tool `age` can open. The key is a passphrase, or an age identity
 * (`AGE-SECRET-KEY-…`): then the file is encrypted to that identity's recipient.
 */
export async function* seal(key: string, source: Bytes): AsyncGenerator<Uint8Array> {
  assertOpens(key);
  const encrypter = new Encrypter();
  if (key.startsWith(IDENTITY)) {
    encrypter.addRecipient(await identityToRecipient(key));
  } else {
    encrypter.setScryptWorkFactor(SCRYPT_LOG_N);
    encrypter.setPassphrase(key);
  }
  yield* fromStream(await encrypter.encrypt(toStream(source)));
}

/**
 * Opens what `seal` made, and archives of releases before age. Throws when the key is another one, and on any changed
 * byte.
 */
export async function* unseal(key: string, source: Bytes): AsyncGenerator<Uint8Array> {
  const { head, bytes } = await readHead(source, AGE.length);
  if (isFormer(head)) yield* unsealFormer(key, bytes);
  else if (head.toString('latin1') === AGE) yield* openAge(key, bytes);
  else throw new Error('this is no archive of Bramble');
}

async function* openAge(key: string, source: Bytes): AsyncGenerator<Uint8Array> {
  assertOpens(key);
  const decrypter = new Decrypter();
  if (key.startsWith(IDENTITY)) decrypter.addIdentity(key);
  else decrypter.addPassphrase(key);
  const plain = await decrypter.decrypt(toStream(source)).catch((cause: unknown) => {
    throw new Error('the passphrase is wrong, or the archive is damaged', { cause });
  });
  try {
    yield* fromStream(plain);
  } catch (cause) {
    throw new Error('the archive is damaged, or ends too early', { cause });
  }
}

const toStream = (bytes: Bytes): AgeStream => ReadableStream.from(bytes) as unknown as AgeStream;
const fromStream = (stream: AgeStream): Bytes => stream as unknown as Bytes;

/** The first bytes of a source (fewer when it is shorter), and `bytes` as a stream of the whole source. */
async function readHead(source: Bytes, count: number): Promise<{ head: Buffer; bytes: Bytes }> {
  const chunks = source[Symbol.asyncIterator]();
  let read = Buffer.alloc(0);
  while (read.length < count) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    read = Buffer.concat([read, value]);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield read;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { head: read.subarray(0, count), bytes: all() };
}
