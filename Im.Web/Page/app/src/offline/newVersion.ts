import { signal } from '@preact/signals';
import { language } from '../settings/language.ts';
import { client } from '../state/im.ts';

/** The server has a newer page than the one that is open. */
export const isOutdated = signal(false);

// Of the page itself; what is fetched later is named by these.
let own: readonly string[] = [];

/** Asks the server which page it has. @returns Whether there was an answer; where there is none nothing changes. */
export async function lookForNewVersion(): Promise<boolean> {
  try {
    const page = await fetch('/', { cache: 'no-cache' });
    const html = await page.text();
    if (page.ok) isOutdated.value = !own.every((name) => html.includes(name));
    return page.ok;
  } catch {
    return false; // the next connection asks again
  }
}

/**
 * Has the browser keep the page, and hears of newer ones: with each connection, since a server that was away may have become another, and a kept page may be an old one; and when
 * a newer worker has come.
 * Vite's server has no build to keep, and changes the page by itself.
 */
export function watchVersion(): void {
  if (!import.meta.env.PROD) return;
  own = [...document.querySelectorAll('script[type=module][src], link[rel=stylesheet][href]')].map((each) => each.getAttribute('src') ?? each.getAttribute('href')!);
  let wasReady = false;
  client.on('state', ({ phase }) => {
    const isReady = phase === 'ready';
    if (isReady && !wasReady) void lookForNewVersion();
    wasReady = isReady;
  });
  // After the page is there: it has the network to itself until then.
  const { serviceWorker } = navigator;
  serviceWorker?.addEventListener('controllerchange', () => void lookForNewVersion());
  const register = () => void serviceWorker?.register(`/sw.js?${language.peek().replace('-', '')}`, { updateViaCache: 'none' }).catch(() => {}); // a browser that allows none: as without
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}
