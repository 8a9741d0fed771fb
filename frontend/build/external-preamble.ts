import type { Plugin } from 'vite';

/**
 * Loads React's hot reload from a file instead of the inline script that the React plugin writes: the page's security
 * policy allows no inline script, in development neither.
 */
export const externalPreamble = (): Plugin => ({
  name: 'bramble-external-preamble',
  apply: 'serve',
  transformIndexHtml: {
    order: 'post',
    handler: (html) =>
      html.replace(
        /<script type="module">[^<]*injectIntoGlobalHook[^<]*<\/script>/,
        '<script type="module" src="/@id/@vitejs/plugin-react/preamble"></script>',
      ),
  },
});
