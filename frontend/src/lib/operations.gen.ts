// Written by `npm run generate` out of services/shared/contracts/src; `npm run types` fails when it is stale.
// Method, path and success status of each public operation: all that a call needs at run time. The schemas would make the bundle larger.
import type { Route } from '@bramble/contracts/call';
import type { Operation } from '@bramble/contracts/operation';

type Routes<Api extends Record<string, Operation>> = {
  readonly [Name in keyof Api as Api[Name]['access'] extends 'service' ? never : Name]: Route<Api[Name]>;
};

export const authApi: Routes<typeof import('@bramble/contracts/auth').authApi> = {
  signup: { method: 'post', path: '/api/auth/signup', success: 201 },
  login: { method: 'post', path: '/api/auth/login', success: 200 },
  demoLogin: { method: 'post', path: '/api/auth/demo-login', success: 200 },
  token: { method: 'post', path: '/api/auth/token', success: 200 },
  refresh: { method: 'post', path: '/api/auth/refresh', success: 200 },
  logout: { method: 'post', path: '/api/auth/logout', success: 204 },
  sessions: { method: 'get', path: '/api/auth/sessions', success: 200 },
  endSession: { method: 'delete', path: '/api/auth/sessions/:id', success: 204 },
  endSessions: { method: 'delete', path: '/api/auth/sessions', success: 204 },
  me: { method: 'get', path: '/api/auth/me', success: 200 },
  verifyEmail: { method: 'post', path: '/api/auth/verify-email', success: 204 },
  forgotPassword: { method: 'post', path: '/api/auth/forgot-password', success: 204 },
  resetPassword: { method: 'post', path: '/api/auth/reset-password', success: 204 },
};

export const cartApi: Routes<typeof import('@bramble/contracts/cart').cartApi> = {
  getCart: { method: 'get', path: '/api/cart', success: 200 },
  clearCart: { method: 'delete', path: '/api/cart', success: 204 },
  addToCart: { method: 'post', path: '/api/cart/items', success: 200 },
  setCartItem: { method: 'patch', path: '/api/cart/items/:productId', success: 200 },
  removeCartItem: { method: 'delete', path: '/api/cart/items/:productId', success: 200 },
};

export const catalogApi: Routes<typeof import('@bramble/contracts/catalog').catalogApi> = {
  list: { method: 'get', path: '/api/products', success: 200 },
  mine: { method: 'get', path: '/api/products/mine', success: 200 },
  myHome: { method: 'get', path: '/api/products/my-home', success: 200 },
  get: { method: 'get', path: '/api/products/:id', success: 200 },
  create: { method: 'post', path: '/api/products', success: 201 },
  patch: { method: 'patch', path: '/api/products/:id', success: 200 },
  remove: { method: 'delete', path: '/api/products/:id', success: 204 },
  putPicture: { method: 'put', path: '/api/products/:id/picture', success: 200 },
  picture: { method: 'get', path: '/api/pictures/:id', success: 200 },
  refill: { method: 'post', path: '/api/products/:id/refill', success: 200 },
  categories: { method: 'get', path: '/api/categories', success: 200 },
};

export const deliveryApi: Routes<typeof import('@bramble/contracts/delivery').deliveryApi> = {
  get: { method: 'get', path: '/api/deliveries/:orderId', success: 200 },
  list: { method: 'get', path: '/api/deliveries', success: 200 },
  setStatus: { method: 'post', path: '/api/deliveries/:orderId/status', success: 200 },
};

export const gatewayApi: Routes<typeof import('@bramble/contracts/gateway').gatewayApi> = {
  welcome: { method: 'get', path: '/', success: 200 },
  health: { method: 'get', path: '/api/health', success: 200 },
  openApi: { method: 'get', path: '/api/openapi.json', success: 200 },
  docs: { method: 'get', path: '/api/docs', success: 200 },
  docsFile: { method: 'get', path: '/api/docs/:file', success: 200 },
  dashboard: { method: 'get', path: '/api/dashboard', success: 200 },
  exportMe: { method: 'get', path: '/api/users/me/export', success: 200 },
  exportMeConfirmed: { method: 'post', path: '/api/users/me/export', success: 200 },
  deadLetters: { method: 'get', path: '/api/admin/dead-letters', success: 200 },
  replayDeadLetter: { method: 'post', path: '/api/admin/dead-letters/:id/replay', success: 204 },
};

export const ordersApi: Routes<typeof import('@bramble/contracts/orders').ordersApi> = {
  place: { method: 'post', path: '/api/orders', success: 202 },
  list: { method: 'get', path: '/api/orders', success: 200 },
  get: { method: 'get', path: '/api/orders/:id', success: 200 },
  cancel: { method: 'post', path: '/api/orders/:id/cancel', success: 200 },
  refund: { method: 'post', path: '/api/orders/:id/refund', success: 200 },
  checkout: { method: 'post', path: '/api/payments/checkout', success: 202 },
  adminList: { method: 'get', path: '/api/admin/orders', success: 200 },
  sales: { method: 'get', path: '/api/orders/sales', success: 200 },
  salesReport: { method: 'get', path: '/api/reports/sales', success: 200 },
};

export const paymentsApi: Routes<typeof import('@bramble/contracts/payments').paymentsApi> = {
  calculate: { method: 'post', path: '/api/payments/calculate', success: 200 },
  list: { method: 'get', path: '/api/payments', success: 200 },
  listDiscounts: { method: 'get', path: '/api/discounts', success: 200 },
  createDiscount: { method: 'post', path: '/api/discounts', success: 201 },
  patchDiscount: { method: 'patch', path: '/api/discounts/:code', success: 200 },
  removeDiscount: { method: 'delete', path: '/api/discounts/:code', success: 204 },
  stripeWebhook: { method: 'post', path: '/api/payments/webhooks/stripe', success: 204 },
};

export const shopApi: Routes<typeof import('@bramble/contracts/shop').shopApi> = {
  shop: { method: 'get', path: '/api/shop', success: 200 },
};

export const usersApi: Routes<typeof import('@bramble/contracts/users').usersApi> = {
  getProfile: { method: 'get', path: '/api/users/me/profile', success: 200 },
  putProfile: { method: 'put', path: '/api/users/me/profile', success: 200 },
  changePassword: { method: 'post', path: '/api/users/me/password', success: 204 },
  eraseMe: { method: 'delete', path: '/api/users/me', success: 204 },
  list: { method: 'get', path: '/api/users', success: 200 },
  get: { method: 'get', path: '/api/users/:id', success: 200 },
  patch: { method: 'patch', path: '/api/users/:id', success: 200 },
  audit: { method: 'get', path: '/api/admin/audit', success: 200 },
};
