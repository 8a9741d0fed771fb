/** The cards of the sandbox. Card numbers never leave the browser: as with a real provider, only a token does. */
export const testCards = [
  { number: '4242424242424242', token: 'tok_visa', does: 'pays' },
  { number: '4000000000000002', token: 'tok_declined', does: 'is declined' },
  { number: '4000000000000119', token: 'tok_timeout', does: 'pays, though the bank’s answer gets lost' },
  { number: '4000000000000259', token: 'tok_slow', does: 'takes five seconds' },
] as const;

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** Formats a card number in groups of four, as printed on the card. */
export const groupCard = (text: string): string =>
  digitsOf(text)
    .slice(0, 19)
    .replace(/(\d{4})(?=\d)/g, '$1 ');

/** Formats an expiry date as `MM / YY` while it is typed. */
export const groupExpiry = (text: string): string => {
  let digits = digitsOf(text).slice(0, 4);
  if (/^[2-9]/.test(digits)) digits = `0${digits}`.slice(0, 4);
  return digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits;
};

/** Checks the check digit of a card number (Luhn). */
export const isCardNumber = (text: string): boolean => {
  const digits = digitsOf(text);
  if (digits.length < 13) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

export const tokenOf = (number: string): string | undefined =>
  testCards.find((card) => card.number === digitsOf(number))?.token;

/** A card is valid until the end of its month. */
export const isExpiryAhead = (text: string, now = new Date()): boolean => {
  const match = /^(0[1-9]|1[0-2])\/?(\d{2})$/.exec(text.replace(/\s/g, ''));
  if (!match) return false;
  return new Date(2000 + Number(match[2]), Number(match[1]), 1) > now;
};
