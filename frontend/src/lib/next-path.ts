/**
 * Where to go on after signing in: only a path of this shop, so that nobody can send people elsewhere through our door.
 * Pages call it again on what they get, because the router passes on parameters that a reader has left out.
 */
export const readNext = ({ next }: { next?: unknown }): { next?: string } =>
  typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {};
