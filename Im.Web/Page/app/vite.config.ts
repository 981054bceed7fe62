import { defineConfig } from 'vite';
import { markdownSubset } from './markdownSubset.ts';

const web = process.env['IM_WEB'] ?? 'http://localhost:20460';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [markdownSubset],
  resolve: { conditions: ['im:source', 'module', 'browser', 'development|production'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The content security policy allows files of our own only: nothing inlined, no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    reportCompressedSize: true,
  },
  server: {
    port: 20465,
    strictPort: true,
    host: 'localhost',
    // The page's Origin must be the server's own, here as in a browser without Vite between.
    proxy: {
      '/api': { target: web, changeOrigin: true, headers: { Origin: web } },
      '/ws': { target: web, changeOrigin: true, ws: true, headers: { Origin: web } },
    },
  },
});
