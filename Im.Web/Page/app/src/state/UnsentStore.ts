import type { Post } from '@im/client';
import type { ChatKey } from './route.ts';

/** What its author posted and no node has acked. */
export type Unsent = Post & {
  readonly id: string;
  readonly chat: ChatKey;
  readonly at: number;
  /** Why it failed for good; undefined while it is on its way. */
  readonly failure?: string;
};

const prefix = 'im.unsent ';

/**
 * What was written and not acked, kept over a reload and a closed tab. In localStorage rather than IndexedDB, because it is written at once: before the message leaves,
 * and before the tab can close. An entry for each message, so that tabs do not overwrite each other's, and under its author's id, so that nobody else sends it.
 */
export class UnsentStore {
  readonly #storage: Storage | undefined;

  /** @param storage undefined where the browser allows none: nothing is kept then. */
  constructor(storage: Storage | undefined) {
    this.#storage = storage;
  }

  /** @returns false when there is no room for it. */
  keep(author: string, { id, ...rest }: Unsent): boolean {
    try {
      this.#storage?.setItem(`${prefix}${author} ${id}`, JSON.stringify(rest));
      return this.#storage !== undefined;
    } catch {
      return false;
    }
  }

  forget(author: string, id: string): void {
    this.#storage?.removeItem(`${prefix}${author} ${id}`);
  }

  /** In the order in which they were written. */
  of(author: string): Unsent[] {
    const mine = `${prefix}${author} `;
    const kept = this.#keys(mine).flatMap((key) => parse(key.slice(mine.length), this.#storage!.getItem(key)));
    return kept.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  /** Nobody's text stays for when somebody else uses this browser. */
  forgetAllBut(author?: string): void {
    for (const key of this.#keys(prefix)) if (author === undefined || !key.startsWith(`${prefix}${author} `)) this.#storage!.removeItem(key);
  }

  /** The author and message of an entry's key; undefined for other keys of the storage. */
  static parseKey(key: string | null): { author: string; id: string } | undefined {
    const [author, id] = key?.startsWith(prefix) ? key.slice(prefix.length).split(' ') : [];
    return author && id ? { author, id } : undefined;
  }

  #keys(start: string): string[] {
    return this.#storage ? Object.keys(this.#storage).filter((key) => key.startsWith(start)) : [];
  }
}

// Another version of the page, or a person, may have written there.
function parse(id: string, json: string | null): Unsent[] {
  try {
    const { text, ...kept } = JSON.parse(json ?? '{}') as Partial<Unsent> & { text?: unknown };
    const post = typeof text === 'string' ? { ...kept, kind: 'text', content: { text } } : kept; // as the page kept it before there were kinds
    if (typeof post.chat !== 'string' || typeof post.at !== 'number' || typeof post.kind !== 'string' || typeof post.content !== 'object' || post.content === null) return [];
    return [{ ...post, id } as Unsent];
  } catch {
    return [];
  }
}
