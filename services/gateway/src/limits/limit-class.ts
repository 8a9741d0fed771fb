/** Kinds of requests that are counted apart; also the values of the metrics' label `limiter`. */
export type LimitClass = 'signup' | 'login' | 'token' | 'account' | 'read' | 'write';

const byPath: ReadonlyMap<string, LimitClass> = new Map([
  ['/api/auth/signup', 'signup'],
  ['/api/auth/register', 'signup'],
  ['/api/auth/login', 'login'],
  ['/api/auth/demo-login', 'login'],
  ['/api/auth/token', 'token'],
  ['/api/auth/refresh', 'account'],
  ['/api/auth/verify-email', 'account'],
  ['/api/auth/forgot-password', 'account'],
  ['/api/auth/reset-password', 'account'],
  ['/api/users/me/password', 'account'],
]);

/** The class whose limit a request counts against. */
export const limitClassOf = (method: string, path: string): LimitClass =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? 'read' : (byPath.get(path) ?? 'write');
