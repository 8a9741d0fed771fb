import { seal, unseal } from './sealed';

async function gather(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
async function* pieces(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}
const sealed = (plain: Buffer, size = 10_000) => gather(seal('a passphrase', pieces(plain, size)));
const opened = (data: Buffer, passphrase = 'a passphrase') => gather(unseal(passphrase, pieces(data, 7_001)));

const plain = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));

describe('a sealed archive', () => {
  it.each([
    [0, 1_000],
    [65_536, 65_536],
    [65_537, 90_000],
    [131_072, 999],
    [140_000, 997],
  ])('of %i bytes opens to what went in, read in pieces of %i', async (length, size) => {
    const part = plain.subarray(0, length);
    expect((await opened(await sealed(part, size))).equals(part)).toBe(true);
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
    [
      'a bit is flipped',
      (data: Buffer) => Buffer.from(data.map((byte, at) => (at === 100_000 ? byte ^ 1 : byte))),
    ],
    ['its end is cut off', (data: Buffer) => data.subarray(0, data.length - 40)],
    ['whole frames are cut off', (data: Buffer) => data.subarray(0, 24 + 2 * (4 + 65_536 + 16))],
    ['two frames change places', swapFrames],
    ['something is added', (data: Buffer) => Buffer.concat([data, Buffer.from([0])])],
  ])('is refused when %s', async (_, damage) => {
    await expect(opened(damage(await sealed(plain)))).rejects.toThrow(/archive/);
  });

  it('is told from any other file', async () => {
    await expect(opened(Buffer.alloc(1_000))).rejects.toThrow('this is no archive of Bramble');
  });
});

function swapFrames(data: Buffer): Buffer {
  const size = 4 + 65_536 + 16;
  const [first, second] = [data.subarray(24, 24 + size), data.subarray(24 + size, 24 + 2 * size)];
  return Buffer.concat([data.subarray(0, 24), second, first, data.subarray(24 + 2 * size)]);
}
