/**
 * The path to open after signing in. Only a path of this shop is accepted, so that a link cannot lead to another site.
 * Pages call it again on the search parameters, because the router passes parameters that validation removed.
 */
export const readNext = ({ next }: { next?: unknown }): { next?: string } =>
  typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {};
