import { randomBytes } from 'node:crypto';

const key = randomBytes(32).toString('hex');

/**
 * An environment for a service's configuration: free ports on loopback, a silent log, and a random token key that is
 * the same within a test file. `more` adds or replaces variables.
 */
export function testEnv(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    OPS_PORT: '0',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    INTERNAL_TOKEN_KEY: key,
    ...more,
  };
}
