import { gatewayApi } from '@bramble/contracts/gateway';
import type { Page } from '@bramble/contracts/page';
import {
  arrivedDelivery,
  cancelledOrder,
  completedOrder,
  delivery,
  paidOrder,
  partlyRefundedOrder,
  placedOrder,
  retriedOrder,
} from './orders';
import {
  ADMIN_ID,
  at,
  buyer,
  buyerForAdmins,
  discount,
  euros,
  line,
  ORDER_ID,
  ORDER_NUMBER,
  PAYMENT_ID,
  pricedLine,
  product,
  profile,
  reducedTotals,
  SESSION_ID,
  totals,
} from './values';

const EVENT_ID = '0198c5f4-98c4-7e25-b4c8-2a3b4c5d6e7f';

/** A list with one page. */
const pageOf = <T>(...items: T[]): Page<T> => ({ items, nextCursor: null });
/** A cursor of the newest products, as catalog makes it. */
const nextCursor = Buffer.from(
  JSON.stringify(['newest', Date.parse(product.createdAt), product.id]),
).toString('base64url');

const tokens = {
  accessToken: 'the access token, a JWT',
  refreshToken: 'the next refresh token',
  expiresIn: 600,
  tokenType: 'Bearer',
};
const cart = { cart: { items: [pricedLine], totals } };
const promotion = {
  at: at(24, '14:10'),
  actorId: ADMIN_ID,
  action: 'changeUser',
  subject: buyer.id,
  detail: {},
  address: '203.0.113.20',
  before: { roles: ['customer'] },
  after: { roles: ['customer', 'courier'] },
};
const session = {
  id: SESSION_ID,
  device: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  place: '203.0.113.7',
  createdAt: at(24, '14:15'),
};
/** Two days after the order was completed. */
const exported = {
  exportedAt: at(28, '07:00'),
  account: { ...buyer, roles: promotion.after.roles, disabled: false, emailVerified: true, profile },
  sessions: [{ ...session, endedAt: null, endReason: null }],
  mails: [],
  audit: [promotion],
  orders: [{ ...completedOrder, refunds: [] }],
  cart: [],
  sales: [],
  payments: [
    {
      id: PAYMENT_ID,
      orderId: ORDER_ID,
      attempt: 1,
      amount: totals.total.amount,
      currency: totals.total.currency,
      status: 'succeeded',
      reason: null,
      reference: `${ORDER_ID}:capture:1`,
      createdAt: at(24, '09:30'),
      settledAt: at(24, '09:31'),
    },
  ],
  refunds: [],
  deliveries: [arrivedDelivery],
  courierDeliveries: [],
  products: [],
};

const accounts = {
  signUp: { user: buyer },
  signIn: { user: buyer },
  signInToDemo: { user: buyer },
  createTokens: tokens,
  refreshTokens: tokens,
  listSessions: {
    items: [{ ...session, usedAt: at(24, '14:25'), current: true }],
  },
  getMe: { user: buyer },
  getProfile: { profile },
  replaceProfile: { profile },
  listUsers: pageOf(buyerForAdmins),
  getUser: { user: buyerForAdmins },
  changeUser: { user: { ...buyerForAdmins, roles: promotion.after.roles } },
  listAuditEntries: pageOf({
    id: '0198c5f6-0a1b-7c2d-8e3f-4a5b6c7d8e9f',
    ...promotion,
  }),
  exportMyData: exported,
  exportMyDataWithPassword: exported,
};

const catalogue = {
  listProducts: { items: [product], nextCursor },
  listMyProducts: pageOf(product),
  listHomeProducts: pageOf(product),
  getProduct: { product },
  createProduct: {
    product: {
      ...product,
      pictures: [],
      stock: { available: 24, revision: 0 },
      version: 1,
      updatedAt: product.createdAt,
    },
  },
  changeProduct: {
    product: {
      ...product,
      price: euros(525),
      stock: { available: 30, revision: 18 },
      version: 4,
      updatedAt: at(24, '10:00'),
    },
  },
  putProductPicture: { product: { ...product, version: 4, updatedAt: at(24, '10:00') } },
  refillProduct: {
    product: { ...product, stock: { available: 36, revision: 18 }, updatedAt: at(24, '10:00') },
  },
  listCategories: { items: [{ slug: product.category, name: 'Larder', products: 12 }] },
};

const trade = {
  getCart: cart,
  addCartItem: cart,
  setCartItem: {
    cart: {
      items: [{ ...pricedLine, quantity: 3, lineTotal: euros(1485) }],
      totals: { ...totals, subtotal: euros(1485), tax: euros(343), total: euros(1975) },
    },
  },
  removeCartItem: {
    cart: {
      items: [],
      totals: { subtotal: euros(0), discount: euros(0), tax: euros(0), shipping: euros(0), total: euros(0) },
    },
  },
  placeOrder: { order: placedOrder },
  retryPayment: { order: retriedOrder },
  getOrder: { order: paidOrder },
  cancelOrder: { order: cancelledOrder },
  refundOrder: { order: partlyRefundedOrder },
  listMyOrders: pageOf(completedOrder),
  listOrders: pageOf(completedOrder),
  listMySales: pageOf({
    ...line,
    orderId: ORDER_ID,
    number: ORDER_NUMBER,
    status: completedOrder.status,
    createdAt: completedOrder.createdAt,
  }),
  reportSales: {
    items: [{ key: '2026-11-24', orders: 1, quantity: line.quantity, revenue: line.lineTotal }],
  },
  calculateTotals: { items: [pricedLine], totals: reducedTotals },
  listPayments: pageOf({
    id: PAYMENT_ID,
    type: 'capture',
    status: 'succeeded',
    amount: totals.total,
    createdAt: at(24, '09:30'),
  }),
  listDiscounts: pageOf(discount),
  createDiscount: { discount: { ...discount, used: 0 } },
  changeDiscount: {
    discount: { code: discount.code, type: discount.type, value: 10, usageLimit: 100, used: 4 },
  },
  getDelivery: { delivery },
  listDeliveries: pageOf(delivery),
  setDeliveryStatus: { delivery },
};

const shop = {
  getShop: { currency: 'EUR', paymentMethods: [{ type: 'sandbox' }], demo: true },
  getWelcome: {
    name: 'Bramble',
    version: '0.1.0',
    links: {
      health: gatewayApi.health.path,
      openapi: gatewayApi.openApi.path,
      docs: gatewayApi.docs.path,
    },
  },
  getHealth: {
    status: 'ok',
    services: {
      users: 'up',
      catalog: 'up',
      orders: 'up',
      payments: 'up',
      delivery: 'up',
      storefront: 'up',
    },
  },
  getOpenApi: { openapi: '3.1.0', info: { title: 'Bramble', version: '0.1.0' }, paths: {} },
  getDashboard: {
    profile: { user: buyer, profile },
    recommended: [product],
    recentOrders: [],
    degraded: ['recentOrders'],
  },
  // The event that told of the parcel's way was lost, so the one of its arrival came too early for ten minutes.
  listDeadLetters: pageOf({
    id: `delivery_stream.orders.${EVENT_ID}`,
    stream: 'delivery_stream',
    group: 'orders',
    eventId: EVENT_ID,
    type: 'delivery.delivered',
    key: ORDER_ID,
    attempts: 0,
    error: 'handler: NotYet: PAID is not ready for delivery.delivered',
    failedAt: at(26, '13:55'),
    payload: { orderId: ORDER_ID },
    cause: 'NotYet: PAID is not ready for delivery.delivered',
    causeId: 'delivery_stream.orders.f0917c00fd7e',
  }),
};

/** The example of each JSON answer, by operation id. A test parses each with the schema of its answer. */
export const answerExamples: Readonly<Record<string, unknown>> = {
  ...accounts,
  ...catalogue,
  ...trade,
  ...shop,
};
