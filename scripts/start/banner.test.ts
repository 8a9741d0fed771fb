import { banner } from './banner';
import { readSettings } from './settings';

describe('the banner of npm start', () => {
  const banners = (env: NodeJS.ProcessEnv) => banner('http://127.0.0.1:8000', readSettings(env));
  const CLOSED = 'The checkout is closed';

  it('says that the checkout is closed outside demo mode without a payment provider', () => {
    expect(banners({ DEMO: 'off' })).toContain(CLOSED);
  });

  it.each([{}, { DEMO: 'off', ALLOW_SANDBOX: '1' }, { DEMO: 'off', STRIPE_SECRET_KEY: 'sk_test_x' }])(
    'says nothing of that with %j',
    (env) => {
      expect(banners(env)).not.toContain(CLOSED);
    },
  );
});
