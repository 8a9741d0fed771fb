export type UpstreamName = 'users' | 'catalog' | 'orders' | 'payments' | 'delivery' | 'notifications';

/** Which service answers what; the longest prefix wins. What is not here belongs to the gateway itself. */
const prefixes: Readonly<Record<UpstreamName, readonly string[]>> = {
  users: ['/api/auth', '/api/users', '/api/admin/audit'],
  catalog: ['/api/products', '/api/categories', '/api/pictures'],
  orders: ['/api/cart', '/api/orders', '/api/reports', '/api/admin/orders', '/api/payments/checkout'],
  payments: ['/api/payments', '/api/discounts'],
  delivery: ['/api/deliveries'],
  notifications: ['/api/notifications', '/api/webhooks'],
};

const table = Object.entries(prefixes)
  .flatMap(([name, paths]) => paths.map((prefix) => ({ prefix, name: name as UpstreamName })))
  .sort((a, b) => b.prefix.length - a.prefix.length);

/** The service for a path (without its query), or undefined. */
export function upstreamFor(path: string): UpstreamName | undefined {
  for (const { prefix, name } of table)
    if (path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/'))
      return name;
  return undefined;
}
