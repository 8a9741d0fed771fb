import { createUploadPlaces } from './upload-places';

const LIMITS = { atOnce: 2, atOncePerAddress: 1, waiting: 2, waitingPerAddress: 1, perAccount: 2 };
const open = () => {
  let end = () => undefined as void;
  const promise = new Promise<void>((resolve) => (end = () => resolve()));
  return { promise, end };
};

/** Uploads that are written down when they begin, and end when the test says so. */
function lab(limits: Partial<typeof LIMITS> = {}) {
  const withPlace = createUploadPlaces({ ...LIMITS, ...limits });
  const begun: string[] = [];
  const upload = (userId: string, address: string) => {
    const until = open();
    const ended = withPlace({ userId, address }, () => {
      begun.push(userId);
      return until.promise;
    });
    return { ended, end: until.end };
  };
  return { withPlace, begun, upload };
}

describe('places for uploads', () => {
  it('read so many at once, begin the next when one ends, and refuse when too many wait', async () => {
    const { begun, upload } = lab();
    const all = [upload('ann', 'a'), upload('ben', 'b'), upload('cat', 'c'), upload('dan', 'd')];
    await expect(upload('eve', 'e').ended).rejects.toMatchObject({ code: 'unavailable' });
    expect(begun).toEqual(['ann', 'ben']);
    all[0]?.end();
    await all[0]?.ended;
    expect(begun).toEqual(['ann', 'ben', 'cat']);
    for (const { end } of all) end();
    await Promise.all(all.map(({ ended }) => ended));
    expect(begun).toEqual(['ann', 'ben', 'cat', 'dan']);
  });

  it('leave a place to other addresses when the accounts of one want them all', async () => {
    const { begun, upload } = lab();
    const crowd = [upload('ann', 'a'), upload('ben', 'a')];
    await expect(upload('cat', 'a').ended).rejects.toMatchObject({ code: 'rate_limited' });
    const other = upload('dan', 'b');
    expect(begun).toEqual(['ann', 'dan']);
    for (const { end } of [...crowd, other]) end();
    await Promise.all([...crowd, other].map(({ ended }) => ended));
    expect(begun).toEqual(['ann', 'dan', 'ben']);
  });

  it('give one account two, and again when one of them ended, however it ended', async () => {
    const { withPlace, upload } = lab({ atOnce: 5, atOncePerAddress: 5 });
    const ann = { userId: 'ann', address: 'a' };
    const broken = withPlace(ann, () => Promise.reject(new Error('cut off')));
    const held = upload('ann', 'b');
    await expect(withPlace(ann, () => Promise.resolve())).rejects.toMatchObject({ code: 'rate_limited' });
    await withPlace({ userId: 'ben', address: 'a' }, () => Promise.resolve());
    await expect(broken).rejects.toThrow('cut off');
    await withPlace(ann, () => Promise.resolve());
    held.end();
    await held.ended;
  });
});
