import { Redis } from 'ioredis';
import { testStores } from '@bramble/test-kit/stores';
import { createLogger } from '../src/observe/logger';

it('logs an error of Redis without the arguments of its command, also as a cause', async () => {
  const canary = 'canary-7f3a';
  const stores = await testStores('service-kit');
  const redis = new Redis(stores.redisUrl);
  try {
    await redis.set('text', 'a');
    const refused: unknown = await redis.lpush('text', canary).catch((error: unknown) => error);
    // The client keeps the arguments in the error, so that a logger of all fields would show them.
    expect(JSON.stringify((refused as { command: unknown }).command)).toContain(canary);
    const lines: string[] = [];
    const log = createLogger('test', 'info', { write: (line) => void lines.push(line) });
    log.error({ err: refused }, 'alone');
    log.error({ err: new Error('not published', { cause: refused }) }, 'as a cause');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).toContain('WRONGTYPE');
    expect(lines.join('')).not.toContain(canary);
  } finally {
    redis.disconnect();
    await stores.close();
  }
});
