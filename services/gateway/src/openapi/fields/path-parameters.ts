import { authApi } from '@bramble/contracts/auth';
import { cartApi } from '@bramble/contracts/cart';
import { catalogApi } from '@bramble/contracts/catalog';
import { deliveryApi } from '@bramble/contracts/delivery';
import { gatewayApi } from '@bramble/contracts/gateway';
import type { Operation } from '@bramble/contracts/operation';
import { ordersApi } from '@bramble/contracts/orders';
import { paymentsApi } from '@bramble/contracts/payments';
import { usersApi } from '@bramble/contracts/users';
import type { FieldTexts } from './describe-fields';

type WithParams = Operation & { readonly params: NonNullable<Operation['params']> };

/** A path up to the end of one of its parameters. Operations whose paths begin alike mean the same by that parameter. */
const upTo = (path: string, name: string): string =>
  path.slice(0, path.indexOf(`:${name}`) + name.length + 1);

const texts = new Map<string, string>();
function describePath<const O extends WithParams>({ path }: O, sentences: FieldTexts<O['params']>): void {
  for (const [name, sentence] of Object.entries<string>(sentences)) texts.set(upTo(path, name), sentence);
}

describePath(authApi.endSession, {
  id: 'The `id` of one of the own sessions that are alive, as their list shows it.',
});
describePath(usersApi.get, {
  id: "The `id` of an account; for another account than one's own only an admin gets an answer.",
});
describePath(catalogApi.get, { id: 'The `id` of a product that is on sale; a withdrawn product is 404.' });
describePath(catalogApi.picture, {
  id: 'The `id` of a picture of a product. With `-s` at its end it names the small size.',
});
describePath(cartApi.setCartItem, { productId: 'The `productId` of a line of the cart.' });
describePath(ordersApi.get, {
  id: "The `id` of an order, not its `number`; another buyer's order is 404.",
});
describePath(paymentsApi.patchDiscount, { code: 'A discount code, in small or capital letters.' });
describePath(deliveryApi.get, { orderId: 'The `id` of a paid order; a delivery has no id of its own.' });
describePath(gatewayApi.docsFile, { file: 'The name of a file that the page of this contract loads.' });
describePath(gatewayApi.replayDeadLetter, {
  id: 'The `id` of a dead letter, as the list of dead letters shows it.',
});

/** The sentence for a parameter of a path, which says whose id it is. */
export const pathTextOf =
  (path: string) =>
  (name: string): string | undefined =>
    texts.get(upTo(path, name));
