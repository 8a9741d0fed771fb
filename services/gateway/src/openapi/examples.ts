/** Example request bodies by operation id. A test parses each with the schema of its operation. */
const ADDRESS = {
  name: 'Ada Fields',
  line1: '12 Hedge Lane',
  city: 'Utrecht',
  postalCode: '3511 AB',
  country: 'NL',
};
const PRODUCT_ID = '0198c5f2-3b7a-7c11-9d55-2f6f4f2b8a10';
const ORDER_ID = '0198c5f4-91d2-7a3e-8f02-6a1d0c4e7b55';
const euros = (amount: number) => ({ amount, currency: 'EUR' });

export const requestExamples: Readonly<Record<string, unknown>> = {
  signUp: { email: 'ada@example.com', password: 'a long sentence is best', name: 'Ada', role: 'customer' },
  signIn: { email: 'ada@example.com', password: 'a long sentence is best' },
  signInToDemo: { role: 'buyer' },
  createTokens: { email: 'ada@example.com', password: 'a long sentence is best' },
  refreshTokens: { refreshToken: 'the refresh token of the last answer' },
  verifyEmail: { token: 'the token of the link in the mail' },
  requestPasswordReset: { email: 'ada@example.com' },
  resetPassword: { token: 'the token of the link in the mail', password: 'another long sentence' },
  replaceProfile: { name: 'Ada', theme: 'dark', favouriteBerry: 'bramble' },
  eraseMyAccount: { password: 'a long sentence is best' },
  exportMyDataWithPassword: { password: 'a long sentence is best' },
  changePassword: { currentPassword: 'a long sentence is best', newPassword: 'another long sentence' },
  changeUser: { roles: ['customer', 'courier'], disabled: false },
  createProduct: {
    title: 'Bramble jelly, 340 g',
    description: 'Wild brambles, sugar, lemon.',
    category: 'larder',
    price: euros(495),
    stock: { available: 24 },
  },
  changeProduct: { price: euros(525), stock: { available: 30 } },
  refillProduct: { quantity: 12 },
  addCartItem: { productId: PRODUCT_ID, quantity: 2 },
  setCartItem: { quantity: 3 },
  placeOrder: {
    items: [{ productId: PRODUCT_ID, quantity: 2 }],
    shippingAddress: ADDRESS,
    paymentMethod: { token: 'tok_visa' },
    expectedTotal: euros(1485),
  },
  refundOrder: { amount: euros(495), restock: true, reason: 'One jar arrived broken' },
  retryPayment: { orderId: ORDER_ID, paymentMethod: { token: 'tok_visa' } },
  calculateTotals: {
    items: [{ productId: PRODUCT_ID, quantity: 2 }],
    discountCode: 'HEDGEROW10',
    shippingAddress: ADDRESS,
  },
  createDiscount: { code: 'HEDGEROW10', type: 'percent', value: 10, endsAt: '2027-01-01T00:00:00.000Z' },
  changeDiscount: { usageLimit: 100, endsAt: null },
  setDeliveryStatus: { status: 'SHIPPED' },
};
