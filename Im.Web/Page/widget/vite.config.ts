import { join } from 'node:path';
import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

/** One script for pages of other origins: it brings its style along, and fetches nothing of its own. */
export default defineConfig({
  root: here,
  publicDir: false,
  resolve: { conditions: ['im:source', 'module', 'browser', 'development|production'] },
  plugins: [preact({ devToolsEnabled: false, reactAliasesEnabled: false, prefreshEnabled: false })],
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: { entry: join(here, 'src/widget.ts'), formats: ['iife'], name: 'ImWidget', fileName: () => 'widget.js' },
  },
});
