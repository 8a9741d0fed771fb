import { sealFormerly } from '../../test/former-archive';
import { unseal } from './sealed';

const FRAME_BYTES = 65_536;
const plain = Buffer.from(Array.from({ length: 140_000 }, (_, index) => index % 251));

async function opened(data: Buffer, passphrase = 'a passphrase'): Promise<Buffer> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < data.length; at += 7_001) yield data.subarray(at, at + 7_001);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of unseal(passphrase, pieces())) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('an archive that an earlier release sealed', () => {
  const data = sealFormerly('a passphrase', plain);

  it('opens', async () => {
    expect((await opened(data)).equals(plain)).toBe(true);
  });

  it('does not open with another passphrase', async () => {
    await expect(opened(data, 'another')).rejects.toThrow('the passphrase is wrong');
  });

  it.each([
    ['a bit is flipped', Buffer.from(data.map((byte, at) => (at === 100_000 ? byte ^ 1 : byte)))],
    ['its end is cut off', data.subarray(0, data.length - 40)],
    ['whole frames are cut off', data.subarray(0, 24 + 2 * (4 + FRAME_BYTES + 16))],
    ['something is added', Buffer.concat([data, Buffer.from([0])])],
  ])('is refused when %s', async (_, damaged) => {
    await expect(opened(damaged)).rejects.toThrow(/archive/);
  });
});
