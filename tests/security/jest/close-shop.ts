import './open-shop';

export default async function closeShop(): Promise<void> {
  await globalThis.brambleShop?.stop();
}
