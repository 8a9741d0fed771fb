/** One value in localStorage. Where storage is switched off, it stores nothing and throws nothing. */
export const stored = (key: string) => ({
  get: (): string | null => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set: (value: string): void => {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Private windows may refuse storage; the shop works without it.
    }
  },
  clear: (): void => {
    try {
      localStorage.removeItem(key);
    } catch {
      // Private windows may refuse storage.
    }
  },
});
