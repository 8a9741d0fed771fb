import { testEnv } from '@bramble/test-kit/env';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { baseEnv, loadConfig } from '../src/base/config';
import { isTransient } from '../src/base/errors';
import { createService } from '../src/service/create-service';
import { openPostgres } from '../src/stores/postgres';
import { silentProxy } from './silent-proxy';

const MAX = 6;
const REPLY_MS = 1_000;
let stores: TestStores;
beforeEach(async () => {
  stores = await testStores('service-kit');
});
afterEach(() => stores.close());

describe('a pool of connections to PostgreSQL', () => {
  it('waits once, not once for each connection, when the server vanished with its address', async () => {
    const proxy = await silentProxy(stores.postgresUrl);
    const service = createService({ name: 'toy', config: loadConfig(baseEnv(0), testEnv()) });
    const sql = openPostgres(service, { url: proxy.url, max: MAX, replyMs: REPLY_MS });
    await service.start();
    const work = () => sql.transaction((tx) => tx.query({ text: 'SELECT pg_sleep(0.05)' }));
    await Promise.all(Array.from({ length: MAX }, work));
    expect(sql.pool.totalCount).toBe(MAX);

    proxy.silenceAll();
    const start = performance.now();
    const error = await work().then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(isTransient(error)).toBe(true);
    // Not twice: the end of the transaction is not waited for as well.
    expect(performance.now() - start).toBeLessThan(1.8 * REPLY_MS);
    const again = performance.now();
    for (let n = 0; n < MAX; n++) await work();
    await sql.query({ text: 'SELECT 1' });
    expect(performance.now() - again).toBeLessThan(REPLY_MS);
    await service.stop();
    await proxy.close();
  });
});
