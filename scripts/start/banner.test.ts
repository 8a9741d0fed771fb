import { banner } from './banner';
import { readSettings } from './settings';

describe('the banner of npm start', () => {
  const banners = (env: NodeJS.ProcessEnv) => banner('http://127.0.0.1:8000', readSettings(env));
  const CLOSED = 'The checkout is closed';

  it('says that the checkout is closed outside demo mode without a payment provider', () => {
    expect(banners({ DEMO: 'off' })).toContain(CLOSED);
  });

  const PUBLIC = 'the password is public';

  it.each(['0.0.0.0', '::', '192.168.1.20', 'shop.lan'])(
    'warns of the demo accounts when HOST=%s lets other machines in, and says what to do',
    (HOST) => {
      expect(banners({ HOST })).toContain(PUBLIC);
      expect(banners({ HOST })).toContain('DEMO_ADMIN=off');
      expect(banners({ HOST, DEMO_ADMIN: 'off' })).toContain('its buyer and its seller');
      expect(banners({ HOST, DEMO: 'off' })).not.toContain(PUBLIC);
    },
  );

  it.each([{}, { HOST: 'localhost' }, { HOST: '::1' }, { HOST: '127.0.0.2' }])(
    'warns of no accounts with %j',
    (env) => {
      expect(banners(env)).not.toContain(PUBLIC);
    },
  );

  it.each([{}, { DEMO: 'off', ALLOW_SANDBOX: '1' }, { DEMO: 'off', STRIPE_SECRET_KEY: 'sk_test_x' }])(
    'says nothing of that with %j',
    (env) => {
      expect(banners(env)).not.toContain(CLOSED);
    },
  );
});
