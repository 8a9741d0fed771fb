import { orderStatusSchema } from '@bramble/contracts/orders';
import { isRefundable } from './order.states';

it('money is given back in PAID, SHIPPED and COMPLETED alone', () => {
  expect(orderStatusSchema.options.filter(isRefundable)).toEqual(['PAID', 'SHIPPED', 'COMPLETED']);
});
