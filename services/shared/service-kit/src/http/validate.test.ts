import { z } from 'zod';
import { AppError } from '../base/errors';
import { validate } from './validate';

it('lists at most 50 unknown fields, by the first 100 characters of their names', () => {
  const value = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`${i}`.padEnd(1_000, 'x'), 1]));
  let refused: unknown;
  try {
    validate(z.strictObject({}), value);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(AppError);
  const { errors } = (refused as AppError).options;
  expect(errors).toHaveLength(50);
  expect(errors?.every(({ path }) => path.length <= 100)).toBe(true);
});
