// Runs before the first paint, so that a chosen theme never flashes. External because the page allows no inline script.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('bramble.theme');
  } catch {
    // Storage can be switched off; then the system decides.
  }
  var dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.classList.toggle('dark', dark);
})();
