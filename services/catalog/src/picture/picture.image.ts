import sharp from 'sharp';
import { AppError } from '@bramble/service-kit/base/errors';

/** A picture in the sizes that pages use, without whatever its maker's camera told about them. */
export interface RenderedPicture {
  large: Buffer;
  small: Buffer;
}

export const LARGE_PIXELS = 1200;
export const SMALL_PIXELS = 400;
/** A file of a few kilobytes can claim to be huge; this many pixels are 48 MB when unpacked in RGB. */
const MAX_PIXELS = 16_000_000;
const RENDER_SECONDS = 10;
const formats = new Set(['jpeg', 'png', 'webp', 'gif', 'heif']);

// Drawings are programs and may name files; only loaders of plain pixels stay.
sharp.block({
  operation: [
    'VipsForeignLoadSvg',
    'VipsForeignLoadPdf',
    'VipsForeignLoadMagick',
    'VipsForeignLoadOpenslide',
  ],
});
sharp.concurrency(1);
sharp.cache(false);

/** Renders what was uploaded; throws `picture_invalid` for what is no picture, is damaged, or is too large unpacked. */
export async function renderPicture(bytes: Buffer): Promise<RenderedPicture> {
  try {
    const source = () => sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1 });
    const { format } = await source().metadata();
    if (!formats.has(format ?? '')) throw new Error(`format ${format ?? 'unknown'}`);
    const fit = (pixels: number) =>
      source()
        .rotate()
        .resize(pixels, pixels, { fit: 'inside', withoutEnlargement: true })
        .webp({ quality: 80 })
        .timeout({ seconds: RENDER_SECONDS })
        .toBuffer();
    const large = await fit(LARGE_PIXELS);
    return { large, small: await fit(SMALL_PIXELS) };
  } catch (cause) {
    throw new AppError('picture_invalid', {
      detail: 'send a JPEG, PNG, WebP, GIF or AVIF of at most 16 megapixels',
      cause,
    });
  }
}
