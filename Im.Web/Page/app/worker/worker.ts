// Keeps the page in the browser, so that it opens without a network too. It never stands between the page and a newer one: what is asked for is the server's page, and the
// kept one is given where the server has none to give. Files with a hash in their name are the same for good, so those come from what is kept first.
import { listen } from './notify.ts';

declare const self: ServiceWorkerGlobalScope;

/** Put in place by the build: everything in /assets but the languages' texts, and those. The name of what is kept of this build follows from both. */
declare const ASSETS: readonly string[];
declare const DICTIONARIES: Readonly<Record<string, string>>;
declare const BUILD: string;

const prefix = 'im.page ';
const cacheName = prefix + BUILD;

/** The page registers `/sw.js?zh`. The texts of another language are kept once they were asked for. */
const dictionaries = DICTIONARIES;
const texts = dictionaries[self.location.search.slice(1)];
const assets = [...ASSETS, texts].filter((each) => each !== undefined);

const assetsPath = '/assets/';
const pagePaths = ['/', '/index.html'];
/** After so long on a network that hardly is one, the kept page is shown. */
const pageWithinMs = 3_000;

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(forgetOthers().then(() => self.clients.claim())));
self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== self.location.origin) return;
  if (pathname.startsWith(assetsPath)) event.respondWith(asset(event));
  else if (mode === 'navigate' && pagePaths.includes(pathname)) event.respondWith(page(event.request));
});

listen(self.location.search.slice(1));

async function keep(): Promise<void> {
  const cache = await caches.open(cacheName);
  const start = await fetch('/', { cache: 'no-cache' });
  const html = await start.clone().text();
  // While a build is being put in place, a server may have this worker and another page: then the next visit tries again.
  const named = html.match(/\/assets\/[^"]+/g) ?? [];
  if (!start.ok || !named.every((path) => assets.includes(path))) throw new Error('The page on the server is not of this build.');
  await cache.addAll(assets);
  await cache.put('/', start);
  await self.skipWaiting();
}

// The build before this one stays: pages of it may be open still, and ask for what they have not loaded yet.
async function forgetOthers(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

async function asset(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = await caches.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  const fresh = await fetch(request);
  if (!fresh.ok || !Object.values(dictionaries).includes(new URL(request.url).pathname)) return fresh;
  const copy = fresh.clone();
  event.waitUntil(caches.open(cacheName).then((cache) => cache.put(request.url, copy)).catch(() => {})); // no room: as without
  return fresh;
}

async function page(request: Request): Promise<Response> {
  const asked = fetch(request);
  const kept = await caches.match('/', { cacheName, ignoreVary: true });
  if (!kept) return asked;
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, pageWithinMs));
  const fresh = await Promise.race([asked.catch(() => undefined), late]);
  return fresh && fresh.status < 500 ? fresh : kept;
}
