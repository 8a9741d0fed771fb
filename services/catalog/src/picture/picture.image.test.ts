import sharp from 'sharp';
import { renderPicture } from './picture.image';

const square = () => sharp({ create: { width: 9, height: 9, channels: 3, background: 'rebeccapurple' } });
const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
);

/** A loader that is allowed reads the bytes before the format is checked, so the check alone does not keep them out. */
describe('the loaders of pictures', () => {
  it.each([
    ['an SVG', () => Promise.resolve(svg)],
    ['a TIFF', () => square().tiff().toBuffer()],
  ])('do not read %s', async (_what, make) => {
    const bytes = await make();
    await expect(sharp(bytes).metadata()).rejects.toThrow('unsupported image format');
    await expect(renderPicture(bytes)).rejects.toMatchObject({ code: 'picture_invalid' });
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('read a %s', async (format) => {
    const { large } = await renderPicture(await square().toFormat(format).toBuffer());
    expect((await sharp(large).metadata()).format).toBe('webp');
  });
});
