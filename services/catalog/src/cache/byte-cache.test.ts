import { createByteCache } from './byte-cache';

const entry = (size: number) => ({ bytes: Buffer.alloc(size) });

describe('a cache bounded by bytes', () => {
  it('lets the oldest go when it is full', () => {
    const cache = createByteCache(10_000);
    for (let n = 0; n < 20; n++) cache.set(`key ${n}`, entry(1_000));
    expect(cache.get('key 0')).toBeUndefined();
    expect(cache.get('key 19')).toBeDefined();
    expect(cache.calculatedSize).toBeLessThanOrEqual(10_000);
  });

  it('keeps what was asked for', () => {
    const cache = createByteCache(10_000);
    cache.set('wanted', entry(1_000));
    for (let n = 0; n < 20; n++) {
      cache.set(`key ${n}`, entry(1_000));
      cache.get('wanted');
    }
    expect(cache.get('wanted')).toBeDefined();
  });

  it('counts keys and objects too, so that small entries cannot fill the memory', () => {
    const cache = createByteCache(10_000);
    for (let n = 0; n < 1_000; n++) cache.set(`key ${n}`, entry(2));
    expect(cache.size).toBeLessThanOrEqual(10_000 / 200);
  });

  it('does not keep what would push out everything else', () => {
    const cache = createByteCache(10_000);
    cache.set('small', entry(1_000));
    cache.set('huge', entry(5_000));
    expect(cache.get('huge')).toBeUndefined();
    expect(cache.get('small')).toBeDefined();
  });
});
