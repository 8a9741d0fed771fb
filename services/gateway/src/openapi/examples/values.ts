import { encode } from '@bramble/contracts/call';
import { catalogApi, type Product } from '@bramble/contracts/catalog';
import type { Money } from '@bramble/contracts/money';
import type { Address, OrderLine, QuoteTotals } from '@bramble/contracts/orders';
import type { Discount } from '@bramble/contracts/payments';
import type { AdminUser, Profile, User } from '@bramble/contracts/users';

/*
 * The story of all examples: Ada buys two jars of jelly for 4.95 EUR each from a seller, and 4.90 EUR are for delivery to
 * Utrecht. The courier brings the parcel two days later.
 */

export const PRODUCT_ID = '0198c5f2-3b7a-7c11-9d55-2f6f4f2b8a10';
export const ORDER_ID = '0198c5f4-91d2-7a3e-8f02-6a1d0c4e7b55';
export const PAYMENT_ID = '0198c5f4-95e0-7d14-a3b7-1f2e3d4c5b6a';
export const COURIER_ID = '0198c5f0-77aa-7e21-b6c8-9d0e1f2a3b4c';
export const ADMIN_ID = '0198c5ef-1c20-7b53-8a94-0e1d2c3b4a59';
export const SESSION_ID = '0198c5f3-60b4-7f32-9c18-5a6b7c8d9e0f';
export const ORDER_NUMBER = 'BR-7K2M9Q4D';
const BUYER_ID = '0198c5f1-0d4e-7a61-8b2f-3c4d5e6f7a8b';
const SELLER_ID = '0198c5f1-42c9-7d05-9e31-6f7a8b9c0d1e';

/** A time on the days of the story; `clock` is hours and minutes in UTC. */
export const at = (day: number, clock: string): string => `2026-11-${day}T${clock}:00.000Z`;
export const euros = (amount: number): Money => ({ amount, currency: 'EUR' });

export const buyer: User = {
  id: BUYER_ID,
  email: 'ada@example.com',
  name: 'Ada Fields',
  roles: ['customer'],
  createdAt: at(20, '18:05'),
};
export const buyerForAdmins: AdminUser = { ...buyer, disabled: false, emailVerified: true };

export const profile = {
  name: buyer.name,
  phone: '+31 30 123 4567',
  locale: 'en-GB',
  theme: 'dark',
  favouriteBerry: 'bramble',
} as const satisfies Profile;

export const address: Address = {
  name: 'Ada Fields',
  line1: '12 Hedge Lane',
  city: 'Utrecht',
  postalCode: '3511 AB',
  country: 'NL',
};

export const product: Product = {
  id: PRODUCT_ID,
  sellerId: SELLER_ID,
  title: 'Bramble jelly, 340 g',
  description: 'Wild brambles, sugar, lemon.',
  category: 'larder',
  price: euros(495),
  pictures: [
    {
      id: 'jelly',
      url: encode(catalogApi.picture, { params: { id: 'jelly' } }).path,
      alt: 'Bramble jelly, 340 g',
    },
  ],
  stock: { available: 24, revision: 17 },
  version: 3,
  createdAt: at(13, '08:12'),
  updatedAt: at(23, '16:40'),
};

const QUANTITY = 2;
export const items = [{ productId: PRODUCT_ID, quantity: QUANTITY }];
export const line: OrderLine = {
  productId: product.id,
  sellerId: product.sellerId,
  title: product.title,
  unitPrice: product.price,
  quantity: QUANTITY,
  lineTotal: euros(QUANTITY * product.price.amount),
};
export const pricedLine = { ...line, available: product.stock.available };

/** 21 % tax are contained in the total. */
export const totals: QuoteTotals = {
  subtotal: euros(990),
  discount: euros(0),
  tax: euros(257),
  shipping: euros(490),
  total: euros(1480),
};
/** The same basket with ten percent off the goods. */
export const reducedTotals: QuoteTotals = {
  subtotal: euros(990),
  discount: euros(99),
  tax: euros(240),
  shipping: euros(490),
  total: euros(1381),
};

export const discount: Discount = {
  code: 'HEDGEROW10',
  type: 'percent',
  value: 10,
  endsAt: '2027-01-01T00:00:00.000Z',
  used: 4,
};
