import { generateKeyPairSync } from 'node:crypto';
import { createKeySet } from './key-set';

const jwk = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});

describe('the key set', () => {
  it('is fetched when it is first needed, once for all waiting requests', async () => {
    let fetched = 0;
    const keys = createKeySet(() => Promise.resolve({ keys: [jwk(`k${++fetched}`)] }));
    const found = await Promise.all([keys.find('k1'), keys.find('k1'), keys.find('k1')]);
    expect(found.every((key) => key?.startsWith('-----BEGIN PUBLIC KEY'))).toBe(true);
    expect(fetched).toBe(1);
  });

  it('is not fetched again for every unknown key', async () => {
    let fetched = 0;
    const keys = createKeySet(() => Promise.resolve({ keys: [jwk('known'), (fetched++, jwk('other'))] }));
    await keys.find('known');
    for (let n = 0; n < 50; n++) expect(await keys.find(`stranger-${n}`)).toBeUndefined();
    expect(fetched).toBe(1);
  });

  it('leaves out keys of another kind', async () => {
    const keys = createKeySet(() =>
      Promise.resolve({ keys: [jwk('good'), { kty: 'oct', k: 'c2VjcmV0', kid: 'shared' }] }),
    );
    expect(await keys.find('shared')).toBeUndefined();
    expect(await keys.find('good')).toBeDefined();
  });

  it('throws when no key was ever fetched', async () => {
    const keys = createKeySet(() => Promise.reject(new Error('users is away')));
    await expect(keys.find('k')).rejects.toThrow('users is away');
  });
});
