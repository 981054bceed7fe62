import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin, type Rolldown } from 'vite';
import { markdownSubset } from './markdownSubset.ts';
import { plainImports } from './plainImports.ts';

const web = process.env['IM_WEB'] ?? 'http://localhost:20460';
const here = import.meta.dirname;

/**
 * What only the whole build can say: the theme's script gets a name with its hash, since Vite leaves scripts alone that are no modules, and the worker learns what there is to keep.
 */
function complete(): Plugin {
  return {
    name: 'im:complete',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const theme = readFileSync(join(here, 'theme.js'), 'utf8');
      const name = `assets/theme-${hash(theme)}.js`;
      this.emitFile({ type: 'asset', fileName: name, source: theme });
      const page = bundle['index.html'];
      if (page?.type !== 'asset') throw new Error('index.html is not built yet.');
      page.source = String(page.source).replace('/theme.js', `/${name}`);
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('The worker is not built.');
      const dictionaries = dictionariesIn(bundle);
      const languages = Object.values(dictionaries);
      const assets = [...Object.keys(bundle), name].map((file) => `/${file}`).filter((file) => file.startsWith('/assets/') && !file.endsWith('.json') && !/admin/i.test(file) && !languages.includes(file)).sort();
      worker.code = worker.code.replaceAll('ASSETS', JSON.stringify(assets)).replaceAll('DICTIONARIES', JSON.stringify(dictionaries)).replaceAll('BUILD', JSON.stringify(hash(page.source + assets.join() + languages.join())));
    },
  };
}

/** @returns The address of each language's texts, by the name of their file in src/language. */
function dictionariesIn(bundle: Rolldown.OutputBundle): Record<string, string> {
  const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
  const found = chunks.flatMap((chunk) => (/[/\\]language[/\\](\w+)\.ts$/.exec(chunk.facadeModuleId ?? '')?.slice(1) ?? []).map((name) => ({ name, chunk })));
  for (const { name, chunk } of found)
    if (chunk.imports.some((file) => !/^assets\/language-/.test(file))) throw new Error(`${name}.ts imports ${chunk.imports.join()}: the page's script waits for the texts, so they must wait for nothing of it.`);
  return Object.fromEntries(found.map(({ name, chunk }) => [name, `/${chunk.fileName}`]));
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 8);

export default defineConfig({
  root: here,
  resolve: { conditions: ['im:source', 'module', 'browser', 'development|production'] },
  plugins: [preact({ devToolsEnabled: false, reactAliasesEnabled: false, prefreshEnabled: true }), complete(), markdownSubset, plainImports],
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The content security policy allows files of our own only: nothing inlined, no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    emptyOutDir: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: join(here, 'index.html'), sw: join(here, 'worker/worker.ts') },
      // A worker serves what lies beside and below it.
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        // Two files rather than twenty small ones, which compress badly: what is there at once, and what waits until it is wanted.
        codeSplitting: {
          groups: [
            // Small and there first: it asks for the texts of one language while the page's script is on its way. The texts are files of their own.
            { name: 'language', test: /preload-helper|[/\\](settings[/\\](dictionaries|chosenLanguage|stored)|language[/\\]isolated)\.ts/, priority: 3 },
            { name: 'page', tags: ['$initial'], test: /^(?!.*[/\\]worker[/\\])/, priority: 2 },
            { name: 'later', test: /[/\\]app[/\\]src[/\\](?!language|admin)/, priority: 1 },
            // What administrators see, and nobody else fetches; its texts are files of their own.
            { name: 'admin', test: /[/\\]app[/\\]src[/\\]admin[/\\](?!texts[/\\])|[/\\]client[/\\]src[/\\]admin\.ts/ },
          ],
        },
      },
    },
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
