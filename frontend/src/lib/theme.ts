import { useSyncExternalStore } from 'react';
import { stored } from './stored';

const choice = stored('bramble.theme');
const listeners = new Set<() => void>();
const isDark = (): boolean => document.documentElement.classList.contains('dark');

const apply = (dark: boolean): void => {
  document.documentElement.classList.toggle('dark', dark);
  listeners.forEach((listener) => listener());
};

/** Follows the system's theme until the user chooses one; `public/theme.js` does the same before the first paint. */
export const followSystemTheme = (): void => {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
    if (!choice.get()) apply(event.matches);
  });
};

export const toggleTheme = (): void => {
  const dark = !isDark();
  choice.set(dark ? 'dark' : 'light');
  apply(dark);
};

export const useDark = (): boolean =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, isDark);
