/** One value in localStorage; silently forgets where storage is switched off. */
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
      // Private windows may refuse; the shop works without.
    }
  },
  clear: (): void => {
    try {
      localStorage.removeItem(key);
    } catch {
      // As above.
    }
  },
});
