import type { Visit } from '@im/client';
import type { Chat } from '../state/chats.ts';

/** What the page showed, and when. */
export interface KeptVisit extends Visit {
  readonly at: number;
  readonly chats: readonly Chat[];
}

const cacheName = 'im.visit';
const address = '/im.visit';
const maxAgeMs = 7 * 24 * 3_600_000;
/** Of characters, all lines together. */
const maxSize = 1_000_000;

/** The last visit of whoever is logged in, in the browser's cache storage: one entry, which is there as a whole or not at all. Without a secure connection browsers have no such storage, and nothing is kept. */
export class VisitStore {
  readonly #caches: CacheStorage | undefined;
  readonly #build: string;

  /** @param build Another build may keep something else: it reads nothing of this one's. */
  constructor(caches: CacheStorage | undefined, build: string) {
    this.#caches = caches;
    this.#build = build;
  }

  /** undefined where there is none, or it is a week old or another build's: then it is deleted. */
  async read(now = Date.now()): Promise<KeptVisit | undefined> {
    try {
      const response = await this.#caches?.match(address, { cacheName });
      if (!response) return undefined;
      const { build, ...visit } = (await response.json()) as KeptVisit & { build: string };
      if (build === this.#build && visit.at <= now && visit.at > now - maxAgeMs) return visit;
    } catch {
      // Not ours, or cut off: of no use.
    }
    await this.erase();
    return undefined;
  }

  async write(visit: KeptVisit): Promise<void> {
    let { timelines } = visit;
    const build = this.#build;
    let json = JSON.stringify({ ...visit, build });
    while (json.length > maxSize && timelines.length > 0) {
      timelines = timelines.slice(0, -1);
      json = JSON.stringify({ ...visit, timelines, build });
    }
    try {
      await (await this.#caches?.open(cacheName))?.put(address, new Response(json, { headers: { 'Content-Type': 'application/json' } }));
    } catch {
      // No room: the page that is open has it all the same.
    }
  }

  async erase(): Promise<void> {
    await this.#caches?.delete(cacheName).catch(() => {});
  }
}
