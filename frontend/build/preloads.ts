import type { Plugin } from 'vite';

/** Preloads the one font that the first screen's text is set in, by its hashed name. */
export const preloads = (): Plugin => ({
  name: 'bramble-preloads',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const font = Object.keys(bundle ?? {}).find((file) =>
        /atkinson[^/]*latin-wght-normal.*\.woff2$/.test(file),
      );
      if (!font) throw new Error('the text font is not in the bundle');
      const attrs = { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${font}`, crossorigin: true };
      return [{ tag: 'link', attrs, injectTo: 'head' }];
    },
  },
});
