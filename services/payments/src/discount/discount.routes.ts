import { paymentsApi } from '@bramble/contracts/payments';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { DiscountService } from './discount.service';

export const discountRoutes = (discounts: DiscountService): Mountable[] => {
  const find = ({ params }: { params: { code: string } }) => discounts.find(params.code);
  return [
    endpoint(paymentsApi.listDiscounts, ({ query }) => discounts.list(query.limit, query.cursor)),
    endpoint(paymentsApi.createDiscount, async ({ body }) => ({ discount: await discounts.create(body) })),
    endpoint(paymentsApi.patchDiscount, { find }, async ({ found, body }) => ({
      discount: await discounts.change(found, body),
    })),
    endpoint(paymentsApi.removeDiscount, { find }, async ({ found }) => {
      await discounts.remove(found);
      return undefined;
    }),
  ];
};
