import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';
import { demoArt } from '../../services/shared/demo/src/art';

interface IconSet {
  width: number;
  height: number;
  icons: Record<string, { body: string; width?: number; height?: number }>;
}

let loaded: IconSet | undefined;
const iconSet = (): IconSet => {
  if (!loaded) {
    const file = createRequire(`${process.cwd()}/package.json`).resolve(
      '@iconify-json/fluent-emoji-flat/icons.json',
    );
    loaded = JSON.parse(readFileSync(file, 'utf8')) as IconSet;
  }
  return loaded;
};

/** One Fluent emoji as a standalone SVG document. Throws when the set has no such icon. */
export const artSvg = (name: string): string => {
  const set = iconSet();
  const icon = set.icons[name];
  if (!icon) throw new Error(`demoArt names "${name}", which fluent-emoji-flat does not have`);
  const size = `${icon.width ?? set.width} ${icon.height ?? set.height}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}">${icon.body}</svg>\n`;
};

/**
 * Writes the pictures that the demo catalogue uses to `/art/<name>.svg`, and only those: the set has 3,174.
 * Files, not modules: an icon set imported by the browser would weigh more than the shop.
 */
export const art = (): Plugin => ({
  name: 'bramble-art',
  configureServer(server) {
    server.middlewares.use('/art', (request, response, next) => {
      const name = /^\/([a-z0-9-]+)\.svg$/.exec(request.url ?? '')?.[1];
      if (!name || !demoArt.includes(name)) return next();
      response.setHeader('Content-Type', 'image/svg+xml').end(artSvg(name));
    });
  },
  generateBundle() {
    for (const name of demoArt) {
      this.emitFile({ type: 'asset', fileName: `art/${name}.svg`, source: artSvg(name) });
    }
  },
});
