const WORDS = ['description', 'example', 'examples'];

/**
 * An OpenAPI document without its descriptions and examples, which break no client. oasdiff would take one branch of a union
 * for another one when their sentences differ. A field may have one of these names, so `properties` keeps them all.
 */
export function withoutWords(value: unknown, inProperties = false): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutWords(entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => inProperties || !WORDS.includes(key))
      .map(([key, entry]) => [key, withoutWords(entry, key === 'properties' && !inProperties)]),
  );
}
