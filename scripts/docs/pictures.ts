import { postgresServices } from '../workspace';
import { architecture } from './pictures/architecture';
import { collectionsPicture, tablesPicture } from './pictures/data-model';
import { mailQueuePicture } from './pictures/mail-queue';
import { orderLife } from './pictures/order-life';
import { orderStepsPicture } from './pictures/order-steps';
import { requestPicture } from './pictures/request';

/** Every picture that is made from the code, by its name in docs/images. */
export async function drawPictures(): Promise<ReadonlyMap<string, string>> {
  const pictures = new Map([
    ['architecture.svg', architecture()],
    ['order-life.svg', await orderLife()],
    ['order-steps.svg', orderStepsPicture()],
    ['request.svg', requestPicture()],
    ['mail-queue.svg', mailQueuePicture()],
  ]);
  for (const service of postgresServices()) pictures.set(`data-${service}.svg`, await tablesPicture(service));
  for (const service of ['catalog', 'delivery'] as const)
    pictures.set(`data-${service}.svg`, await collectionsPicture(service));
  return pictures;
}
