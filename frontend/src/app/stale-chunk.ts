const SLOT = 'bramble.reloaded';
const MIN_PAUSE_MS = 60_000;

/** An open tab may request a chunk that a new release removed: reload the page once, not repeatedly. */
export const reloadOnStaleChunk = (): void => {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(SLOT) ?? 0);
    if (Date.now() - last < MIN_PAUSE_MS) return;
    event.preventDefault();
    sessionStorage.setItem(SLOT, String(Date.now()));
    location.reload();
  });
};
