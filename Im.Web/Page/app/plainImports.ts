import type { Plugin } from 'vite';

/** Vite fetches the styles of a part before the part. Here all styles are one file (`cssCodeSplit`), so its helper, 1 KB gzip, has nothing to do. */
export const plainImports: Plugin = {
  name: 'plain-imports',
  apply: 'build',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null),
};
