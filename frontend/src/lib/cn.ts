import { type ClassValue, clsx } from 'clsx';

/** Joins class names. Variants never repeat a property of their base, so nothing has to be merged at run time. */
export const cn = (...parts: ClassValue[]): string => clsx(parts);
