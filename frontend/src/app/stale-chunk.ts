const SLOT = 'bramble.reloaded';
const MIN_PAUSE_MS = 60_000;

/** A tab that outlived a release asks for a chunk that is gone: reload, but never in a circle. */
export const reloadOnStaleChunk = (): void => {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(SLOT) ?? 0);
    if (Date.now() - last < MIN_PAUSE_MS) return;
    event.preventDefault();
    sessionStorage.setItem(SLOT, String(Date.now()));
    location.reload();
  });
};
