import { baseEnv, ConfigError, flag, integer, loadConfig, url } from './config';

const shape = { ...baseEnv(3000), DATABASE_URL: url(), WORKERS: integer(2, 1, 8), DEMO: flag(false) };

describe('configuration', () => {
  it('lists every fault at once, without showing values', () => {
    const load = () => loadConfig(shape, { PORT: 'http', WORKERS: '99', INTERNAL_TOKEN_KEY: 'my-secret' });
    expect(load).toThrow(ConfigError);
    const { faults } = (() => {
      try {
        load();
      } catch (error) {
        return error as ConfigError;
      }
      throw new Error('it loaded');
    })();
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'PORT',
      'INTERNAL_TOKEN_KEY',
      'DATABASE_URL',
      'WORKERS',
    ]);
    expect(faults.join('\n')).not.toContain('my-secret');
  });

  it('has no default for a secret, and defaults for the rest', () => {
    const config = loadConfig(shape, {
      INTERNAL_TOKEN_KEY: 'x'.repeat(32),
      DATABASE_URL: 'postgres://u:p@h/d',
      DEMO: 'on',
      OPS_PORT: '',
    });
    expect(config).toMatchObject({ PORT: 3000, OPS_PORT: 9100, WORKERS: 2, DEMO: true });
  });
});
