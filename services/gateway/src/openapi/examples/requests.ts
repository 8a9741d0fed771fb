import {
  address,
  buyer,
  discount,
  euros,
  items,
  ORDER_ID,
  PAYMENT_ID,
  product,
  PRODUCT_ID,
  profile,
  totals,
} from './values';

/** Example request bodies by operation id. A test parses each with the schema of its operation. */
export const requestExamples: Readonly<Record<string, unknown>> = {
  signUp: { email: buyer.email, password: 'a long sentence is best', name: buyer.name, role: 'customer' },
  signIn: { email: buyer.email, password: 'a long sentence is best' },
  signInToDemo: { role: 'buyer' },
  createTokens: { email: buyer.email, password: 'a long sentence is best' },
  refreshTokens: { refreshToken: 'the refresh token of the last answer' },
  verifyEmail: { token: 'the token of the link in the mail' },
  requestPasswordReset: { email: buyer.email },
  resetPassword: { token: 'the token of the link in the mail', password: 'another long sentence' },
  replaceProfile: profile,
  eraseMyAccount: { password: 'a long sentence is best' },
  exportMyDataWithPassword: { password: 'a long sentence is best' },
  changePassword: { currentPassword: 'a long sentence is best', newPassword: 'another long sentence' },
  changeUser: { roles: ['customer', 'courier'], disabled: false },
  createProduct: {
    title: product.title,
    description: product.description,
    category: product.category,
    price: product.price,
    stock: { available: product.stock.available },
  },
  changeProduct: { price: euros(525), stock: { available: 30 } },
  refillProduct: { quantity: 12 },
  addCartItem: { productId: PRODUCT_ID, quantity: 2 },
  setCartItem: { quantity: 3 },
  placeOrder: {
    items,
    shippingAddress: address,
    paymentMethod: { token: 'tok_visa' },
    expectedTotal: totals.total,
  },
  refundOrder: { amount: product.price, reason: 'One jar arrived broken' },
  retryPayment: { orderId: ORDER_ID, paymentMethod: { token: 'tok_visa' } },
  calculateTotals: {
    items,
    discountCode: discount.code,
    shippingAddress: address,
  },
  createDiscount: {
    code: discount.code,
    type: discount.type,
    value: discount.value,
    endsAt: discount.endsAt,
  },
  changeDiscount: { usageLimit: 100, endsAt: null },
  setDeliveryStatus: { status: 'SHIPPED' },
};

/** A notification of Stripe about the capture of the order. Only the parts that the shop reads are shown. */
export const stripeEvent = {
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  data: { object: { id: 'pi_1', object: 'payment_intent', metadata: { attemptId: PAYMENT_ID } } },
};
