import { createUploadPlaces } from './upload-places';

const open = () => {
  let end = () => undefined as void;
  const promise = new Promise<void>((resolve) => (end = () => resolve()));
  return { promise, end };
};

describe('places for uploads', () => {
  it('read so many at once, begin the next when one ends, and refuse when too many wait', async () => {
    const withPlace = createUploadPlaces({ atOnce: 1, waiting: 1, perAccount: 2 });
    const begun: string[] = [];
    const first = open();
    const work = (name: string, until: Promise<void>) => () => {
      begun.push(name);
      return until;
    };
    const one = withPlace('ann', work('one', first.promise));
    const two = withPlace('ben', work('two', Promise.resolve()));
    await expect(withPlace('cat', work('three', Promise.resolve()))).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(begun).toEqual(['one']);
    first.end();
    await Promise.all([one, two]);
    expect(begun).toEqual(['one', 'two']);
  });

  it('give one account two, and again when one of them ended, however it ended', async () => {
    const withPlace = createUploadPlaces({ atOnce: 5, waiting: 5, perAccount: 2 });
    const broken = withPlace('ann', () => Promise.reject(new Error('cut off')));
    const held = open();
    const other = withPlace('ann', () => held.promise);
    await expect(withPlace('ann', () => Promise.resolve())).rejects.toMatchObject({ code: 'rate_limited' });
    await withPlace('ben', () => Promise.resolve());
    await expect(broken).rejects.toThrow('cut off');
    await withPlace('ann', () => Promise.resolve());
    held.end();
    await other;
  });
});
