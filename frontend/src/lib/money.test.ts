import { formatMoney, minorUnits, plainAmount, times } from './money';

it('writes money as its readers do', () => {
  expect(formatMoney({ amount: 123450, currency: 'EUR' }, 'en-IE')).toBe('€1,234.50');
  expect(formatMoney({ amount: 123450, currency: 'EUR' }, 'de-DE').replace(/\s/g, ' ')).toBe('1.234,50 €');
});

it('takes the number of decimals from the currency', () => {
  expect(formatMoney({ amount: 1234, currency: 'JPY' }, 'en-US')).toBe('¥1,234');
  expect(minorUnits('JPY')).toBe(1);
  expect(minorUnits('EUR')).toBe(100);
});

it('writes amounts as they are typed', () => {
  expect(plainAmount({ amount: 2590, currency: 'EUR' })).toBe('25.90');
  expect(plainAmount({ amount: 800, currency: 'JPY' })).toBe('800');
});

it('multiplies in minor units', () => {
  expect(times({ amount: 333, currency: 'EUR' }, 3)).toEqual({ amount: 999, currency: 'EUR' });
});
