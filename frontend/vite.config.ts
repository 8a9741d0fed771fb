import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { art } from './build/art';
import { keepBudgets } from './build/budgets';
import { externalPreamble } from './build/external-preamble';
import { gatewayProxy } from './build/gateway-proxy';
import { precompress } from './build/precompress';
import { preloads } from './build/preloads';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), art(), externalPreamble(), preloads(), precompress(), keepBudgets()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    cssMinify: true,
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    reportCompressedSize: false,
  },
  // `npx vite` beside a shop that `npm start` runs; `npm run dev` does both.
  server: { proxy: gatewayProxy('http://127.0.0.1:8000') },
});
