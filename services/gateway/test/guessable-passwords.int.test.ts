import { agentAs, service as asService } from '@bramble/test-kit/agent';
import { waitFor } from '@bramble/test-kit/wait-for';
import { apiClient, Browser, signedUp, statusOf } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const REFUSED = { status: 400, body: { code: 'password_guessable' } };
const email = newEmail();
const guessable = [
  'password',
  '12345678',
  'PassWord1',
  'aaaaaaaa',
  email,
  email.toUpperCase(),
  email.split('@')[0],
  'Rosa Alba Benci',
  'rosaalbabenci',
];

describe('a password that is easy to guess', () => {
  it.each(guessable)('is refused at sign-up: %s', async (password) => {
    const reply = await new Browser(shop.url).post('/api/auth/signup', {
      email,
      password,
      name: 'Rosa Alba Benci',
    });
    expect(reply).toMatchObject(REFUSED);
    expect(reply.body.errors).toEqual([{ path: 'password', message: expect.any(String) }]);
  });

  it('is refused as a new password, and the old one stays', async () => {
    const { browser, email: mine } = await signedUp(shop.url);
    for (const newPassword of ['iloveyou', mine])
      expect(
        await browser.post('/api/users/me/password', { currentPassword: PASSWORD, newPassword }),
      ).toMatchObject(REFUSED);
    expect(await statusOf(browser)).toBe(200);
    const again = await new Browser(shop.url).post('/api/auth/login', { email: mine, password: PASSWORD });
    expect(again.status).toBe(200);
  });

  it('is refused at a reset, and the link stays valid for another one', async () => {
    const { email: mine } = await signedUp(shop.url);
    const anonymous = apiClient(shop.url);
    await anonymous.post('/api/auth/forgot-password', { email: mine });
    const token = await waitFor(() => resetTokenOf(mine), { what: 'the mail' });
    for (const password of ['trustno1', mine])
      expect(await anonymous.post('/api/auth/reset-password', { token, password })).toMatchObject(REFUSED);
    const good = await anonymous.post('/api/auth/reset-password', { token, password: 'moss on the wall' });
    expect(good.status).toBe(204);
  });
});

async function resetTokenOf(recipient: string): Promise<string | undefined> {
  const { body } = await agentAs(shop.users, asService).get('/internal/mail-jobs');
  const { items } = body as { items: { kind: string; to: string; path: string }[] };
  const mail = items.find(({ kind, to }) => kind === 'reset-password' && to === recipient);
  return mail && decodeURIComponent(mail.path.split('token=')[1] ?? '');
}
