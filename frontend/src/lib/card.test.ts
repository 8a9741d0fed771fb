import { groupCard, groupExpiry, isCardNumber, isExpiryAhead, testCards, tokenOf } from './card';

it('groups a number by four while it is typed', () => {
  expect(groupCard('42424')).toBe('4242 4');
  expect(groupCard('4242 4242-42424242')).toBe('4242 4242 4242 4242');
});

it('groups an expiry as on the card', () => {
  expect(groupExpiry('1')).toBe('1');
  expect(groupExpiry('4')).toBe('04');
  expect(groupExpiry('1230')).toBe('12 / 30');
});

it('every test card is a card number and has a token of its own', () => {
  for (const { number } of testCards) expect(isCardNumber(number)).toBe(true);
  expect(new Set(testCards.map(({ token }) => token)).size).toBe(testCards.length);
});

it('a slip in a digit is noticed', () => {
  expect(isCardNumber('4242 4242 4242 4241')).toBe(false);
  expect(isCardNumber('4242')).toBe(false);
});

it('a real card gets no token', () => {
  expect(isCardNumber('5555 5555 5555 4444')).toBe(true);
  expect(tokenOf('5555 5555 5555 4444')).toBeUndefined();
  expect(tokenOf('4242 4242 4242 4242')).toBe('tok_visa');
  expect(tokenOf('4000 0000 0000 0002')).toBe('tok_declined');
});

it('a card is good until the end of its month', () => {
  const now = new Date(2026, 10, 21);
  expect(isExpiryAhead('11 / 26', now)).toBe(true);
  expect(isExpiryAhead('10 / 26', now)).toBe(false);
  expect(isExpiryAhead('13 / 30', now)).toBe(false);
  expect(isExpiryAhead('', now)).toBe(false);
});
