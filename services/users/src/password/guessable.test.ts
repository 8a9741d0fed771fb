import { MIN_PASSWORD } from '@bramble/contracts/limits';
import common from './common-passwords.json';
import { isGuessable } from './guessable';

const owner = { email: 'ada.lovelace@example.com', name: 'Ada Lovelace' };

it('has 10,000 common passwords, each once, in lower case and long enough to be chosen', () => {
  expect(new Set(common).size).toBe(10_000);
  for (const password of common) {
    expect(password).toBe(password.toLowerCase().replace(/\s+/g, ''));
    expect(password.length).toBeGreaterThanOrEqual(MIN_PASSWORD);
  }
});

it.each([
  'password',
  'PASSWORD',
  'pass word',
  '        ',
  'zzzzzzzz',
  'ada.lovelace',
  'Ada.Lovelace@Example.com',
  'adalovelace',
])('calls %j guessable', (password) => expect(isGuessable(password, owner)).toBe(true));

it.each(['a hedge of thorns', 'demotest', 'simulated-shopper', 'ada lovelace wrote it'])(
  'does not call %j guessable',
  (password) => expect(isGuessable(password, owner)).toBe(false),
);
