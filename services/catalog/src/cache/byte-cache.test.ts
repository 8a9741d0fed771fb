import { ByteCache } from './byte-cache';

const entry = (size: number) => ({ bytes: Buffer.alloc(size) });

describe('a cache bounded by bytes', () => {
  it('lets the oldest go when it is full', () => {
    const cache = new ByteCache(10_000);
    for (let n = 0; n < 20; n++) cache.set(`key ${n}`, entry(1_000));
    expect(cache.get('key 0')).toBeUndefined();
    expect(cache.get('key 19')).toBeDefined();
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
  });

  it('keeps what was touched', () => {
    const cache = new ByteCache<{ bytes: Buffer }>(10_000);
    cache.set('wanted', entry(1_000));
    for (let n = 0; n < 20; n++) {
      cache.set(`key ${n}`, entry(1_000));
      const wanted = cache.get('wanted');
      if (wanted) cache.touch('wanted', wanted);
    }
    expect(cache.get('wanted')).toBeDefined();
  });

  it('counts replaced and deleted entries once', () => {
    const cache = new ByteCache(10_000);
    cache.set('a', entry(1_000));
    cache.set('a', entry(500));
    cache.delete('a');
    cache.delete('a');
    expect(cache.bytes).toBe(0);
  });

  it('does not keep what would push out everything else', () => {
    const cache = new ByteCache(10_000);
    cache.set('huge', entry(5_000));
    expect(cache.get('huge')).toBeUndefined();
  });
});
