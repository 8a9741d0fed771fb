import sharp from 'sharp';
import { AppError } from '@bramble/service-kit/base/errors';

/** A picture in the sizes that pages use, without metadata of the camera. */
export interface RenderedPicture {
  large: Buffer;
  small: Buffer;
}

const LARGE_PIXELS = 1200;
const SMALL_PIXELS = 400;
/** A file of a few kilobytes can declare huge dimensions; this many pixels take 48 MB as raw RGB. */
const MAX_PIXELS = 16_000_000;
const RENDER_SECONDS = 10;
const formats = new Set(['jpeg', 'png', 'webp', 'gif', 'heif']);

// Every loader is blocked but those of the five formats: others, such as SVG and PDF, can reference other files.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadHeif',
  ],
});
sharp.concurrency(1);
sharp.cache(false);

/** Renders an upload; throws `picture_invalid` when it is not a picture, is damaged, or has too many pixels. */
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
